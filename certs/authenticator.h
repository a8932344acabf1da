#pragma once
// From an Authorization header to a principal: the one straight line of authentication.

#include <string>
#include <string_view>
#include <vector>

#include "base/asio.h"
#include "base/clock.h"
#include "certs/key_cache.h"
#include "certs/replay_memory.h"
#include "certs/slow_checks.h"
#include "certs/trust_policy.h"

namespace ivig::certs {

/// The token of `Authorization: Bearer TOKEN`; the scheme in any case, one or more blanks. REQ AUTH-03
/// Refused: not_bearer.
[[nodiscard]] Checked<std::string> bearer_token(std::string_view authorization);

struct Authenticated {
  std::size_t client;  ///< index into the policy's clients
  Principal principal;
};

/// Holds no policy: each call is judged by the one it is given.
class Authenticator {
 public:
  Authenticator(KeyCache& keys, ReplayMemory& replay, SlowChecks& slow_checks)
      : keys_(keys), replay_(replay), slow_checks_(slow_checks) {}

  /// Who sent `token`, for an endpoint that goes by one of `audiences`. All references must live until it is done.
  /// Signatures that are slow to check are checked on threads of their own, meanwhile the caller's thread is free.
  /// A token that comes back as a principal is spent. REQ AUTH-04, JWT-01..19
  [[nodiscard]] boost::asio::awaitable<Checked<Authenticated>> authenticate(std::string const& token,
                                                                            TrustPolicy const& policy,
                                                                            std::vector<std::string> audiences,
                                                                            base::Now now);

 private:
  [[nodiscard]] boost::asio::awaitable<Checked<std::shared_ptr<KeySet const>>> keys_of(TrustedClient const& client,
                                                                                       ClaimedClient const& claimed,
                                                                                       Jws const& jws, base::Now now);
  [[nodiscard]] boost::asio::awaitable<Checked<Claims>> verify(Jws const& jws, KeySet const& keys,
                                                               std::vector<Algorithm> const& allowed);

  KeyCache& keys_;
  ReplayMemory& replay_;
  SlowChecks& slow_checks_;
};

}  // namespace ivig::certs
