#pragma once
// From an Authorization header to a principal: the one straight line of authentication.

#include <string>
#include <string_view>
#include <vector>

#include "base/asio.h"
#include "base/clock.h"
#include "certs/key_cache.h"
#include "certs/replay_memory.h"
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
  Authenticator(KeyCache& keys, ReplayMemory& replay) : keys_(keys), replay_(replay) {}

  /// Who sent `token`, for an endpoint that goes by one of `audiences`. All references must live until it is done.
  /// A token that comes back as a principal is spent. REQ AUTH-04, JWT-01..19
  [[nodiscard]] boost::asio::awaitable<Checked<Authenticated>> authenticate(std::string const& token,
                                                                            TrustPolicy const& policy,
                                                                            std::vector<std::string> audiences,
                                                                            base::Now now);

 private:
  [[nodiscard]] boost::asio::awaitable<Checked<std::shared_ptr<KeySet const>>> keys_of(TrustedClient const& client,
                                                                                       ClaimedClient const& claimed,
                                                                                       Jws const& jws, base::Now now);
  KeyCache& keys_;
  ReplayMemory& replay_;
};

}  // namespace ivig::certs
