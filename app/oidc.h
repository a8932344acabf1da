#pragma once
// Sign-in by OpenID Connect: authorization code with PKCE. The provider is found by its issuer
// (/.well-known/openid-configuration), and called through the one outbound client and its policy.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/review_access.h"
#include "base/asio.h"
#include "base/result.h"
#include "certs/id_token.h"
#include "certs/key_cache.h"
#include "fhir/outbound_policy.h"
#include "fhir/rest_client.h"

namespace ivig::app {

/// `review:` as far as sign-in by OpenID Connect needs it.
struct OidcSettings {
  std::string issuer;
  std::string client_id;
  std::string secret;        ///< empty: a public client, which PKCE alone protects
  std::string redirect_url;  ///< public_url with the callback's path
  std::string roles_claim = "roles";
  std::vector<std::string> private_networks;  ///< that the provider's names may lead to
  RoleNames roles;
  std::chrono::milliseconds time{5000};  ///< for one call
  std::size_t bytes = 262144;            ///< longest answer
  std::chrono::seconds skew{60};
};

/// What goes with the browser to the provider and must come back unchanged; kept in a cookie meanwhile.
struct OidcAttempt {
  std::string state, nonce, verifier;
  std::string to;  ///< path to go on to

  [[nodiscard]] static OidcAttempt begin(std::string to);
  /// As one cookie value, and back; nullopt when it is none.
  [[nodiscard]] std::string cookie() const;
  [[nodiscard]] static std::optional<OidcAttempt> from_cookie(std::string_view value);
};

/// Who came back.
struct SignedIn {
  store::Reviewer who;
  ReviewRole role = ReviewRole::viewer;
};

/// One for the process; any thread may call.
class OidcSignIn {
 public:
  /// Errors: invalid_config (an issuer that is no web address, no role that could let anybody in).
  [[nodiscard]] static base::Result<std::unique_ptr<OidcSignIn>> make(OidcSettings settings, fhir::RestClient& client);

  [[nodiscard]] std::string const& issuer() const { return settings_.issuer; }

  /// The address at the provider that the browser is sent to. Errors: unavailable; `detail` is for the log.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> authorization_url(OidcAttempt attempt) const;

  /// Redeems the code. Errors: unauthenticated (the provider refuses the code, or the token does not hold), forbidden
  /// (signed in, but no role here), unavailable. `detail` is for the log and holds no token.
  [[nodiscard]] boost::asio::awaitable<base::Result<SignedIn>> redeem(std::string code, OidcAttempt attempt) const;

 private:
  /// What the provider says of itself.
  struct Provider {
    std::string authorization, token, jwks;
    bool secret_in_form = false;   ///< it takes the secret in the form only
    fhir::OutboundPolicy allowed;  ///< its own addresses
    std::chrono::steady_clock::time_point read{};
  };

  OidcSignIn(OidcSettings settings, fhir::OutboundPolicy issuer, fhir::RestClient& client);
  [[nodiscard]] boost::asio::awaitable<base::Result<std::shared_ptr<Provider const>>> provider() const;
  [[nodiscard]] base::Result<std::shared_ptr<Provider const>> read_provider(std::string text) const;
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> fetch_keys(std::string url) const;
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> id_token(std::shared_ptr<Provider const> provider,
                                                                           std::string code,
                                                                           std::string verifier) const;
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const {
    return std::chrono::steady_clock::now() + settings_.time;
  }

  OidcSettings settings_;
  fhir::OutboundPolicy issuer_;
  fhir::RestClient& client_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<Provider const> known_;
  mutable certs::KeyCache keys_;
};

}  // namespace ivig::app
