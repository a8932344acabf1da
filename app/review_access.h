#pragma once
// Who may see the reviewers' console: roles, access tokens of small sites, and the rule for a console without sign-in.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "server/http.h"
#include "store/review_records.h"

namespace ivig::app {

enum class ReviewRole : std::uint8_t { viewer, reviewer };
[[nodiscard]] std::string_view to_string(ReviewRole role);

/// Names of roles and groups at the site, and what they stand for here.
struct RoleNames {
  std::vector<std::string> viewer, reviewer;
  /// The highest role that one of the names gives; nullopt: none.
  [[nodiscard]] std::optional<ReviewRole> role_of(std::vector<std::string> const& names) const;
};

/// The holder of an access token.
struct TokenHolder {
  std::string digest;  ///< SHA-256 of the token, hexadecimal
  std::string name;
  ReviewRole role = ReviewRole::viewer;
  [[nodiscard]] std::string subject() const { return "token:" + digest.substr(0, 16); }
};

/// `review.token_file`: a YAML list of {name, roles, and sha256 (of the token, hexadecimal) or token (at least 32
/// characters)}. The words viewer and reviewer are roles as well as those that the configuration names.
class TokenFile {
 public:
  /// Errors: invalid_config; `where` is "file:line", `detail` names key and fix, never a token.
  [[nodiscard]] static base::Result<std::shared_ptr<TokenFile const>> load(std::filesystem::path const& file,
                                                                           RoleNames const& names);
  /// nullptr: nobody's.
  [[nodiscard]] TokenHolder const* by_token(std::string_view token) const;
  [[nodiscard]] TokenHolder const* by_subject(std::string_view subject) const;

 private:
  std::vector<TokenHolder> holders_;
};
/// Swapped whole on reload.
using TokenFileSlot = std::atomic<std::shared_ptr<TokenFile const>>;

class OidcSignIn;

/// What the console needs to know of the configuration.
struct ReviewAccess {
  bool open = false;  ///< review.auth is off, all listeners are on loopback, and no proxy stands before them
  std::string public_url;
  ReviewAuth auth = ReviewAuth::off;
  TokenFileSlot const* tokens = nullptr;  ///< auth: token
  OidcSignIn const* oidc = nullptr;       ///< auth: oidc
  std::chrono::seconds session{8 * 3600};
  /// Whether the browser comes by https, so that its cookie can be for https only. `tls`: of the connection; with
  /// sign-in and without it, a proxy ends it.
  [[nodiscard]] bool secure(bool tls) const {
    return tls || (auth != ReviewAuth::off && public_url.starts_with("https://"));
  }
};

/// Where sign-in is off: whether the call is from this machine, not through a proxy, and under an own name (so that no
/// page of another site can read here by pointing its name at this machine).
[[nodiscard]] bool may_review(ReviewAccess const& access, server::RequestHead const& head);

/// Whether a browser says that a page of another site sent this. Callers that say nothing are no browsers of today.
[[nodiscard]] bool is_cross_site(ReviewAccess const& access, server::RequestHead const& head);

/// Equal, in a time that tells nothing about where they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace ivig::app
