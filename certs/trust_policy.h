#pragma once
// Whom to trust: the clients that may come, by issuer, with where their keys are. Immutable; a reload makes a new one.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/jwks.h"
#include "certs/jwt.h"
#include "certs/token_fault.h"

namespace ivig::certs {

/// One client that sends tokens.
struct TrustedClient {
  std::string name;
  std::string issuer;                    ///< compared byte for byte: a slash at the end matters. REQ JWT-09
  std::vector<std::string> jku{};        ///< where a token may say that the keys are; any other is refused
  std::shared_ptr<KeySet const> keys{};  ///< agreed out of band: then nothing is fetched, whatever `jku` says. JWT-15
  std::vector<std::string> audiences{};  ///< accepted beside the URL of the endpoint. REQ JWT-08
  TokenPolicy token{};
};

/// The client that a token claims to come from, and where the keys to find that out are.
struct ClaimedClient {
  std::size_t index;                 ///< into TrustPolicy::clients()
  std::optional<std::string> url{};  ///< fetch the keys there; nullopt: the client's own `keys`
};

class TrustPolicy {
 public:
  explicit TrustPolicy(std::vector<TrustedClient> clients) : clients_(std::move(clients)) {}

  [[nodiscard]] std::vector<TrustedClient> const& clients() const { return clients_; }

  /// Several clients may share an issuer (an EHR vendor that signs for all its customers): the tenant tells them apart.
  /// A token's jku is compared with the list before anything is fetched. REQ AUTH-04, JWT-09, JWT-16
  /// Refused: unknown_issuer, jku_not_listed.
  [[nodiscard]] Checked<ClaimedClient> choose(KeyHint const& hint) const;

 private:
  std::vector<TrustedClient> clients_;
};

}  // namespace ivig::certs
