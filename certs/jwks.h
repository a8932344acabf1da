#pragma once
// A JWK Set (RFC 7517): the public keys of one client.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "certs/jose.h"
#include "certs/token_fault.h"

namespace ivig::certs {

/// One key of a set, or why it cannot be used.
struct JwksKey {
  std::string kid;
  std::string type;                 ///< "EC" or "RSA"
  std::string curve;                ///< "P-384"; empty for RSA
  std::optional<Algorithm> only{};  ///< its `alg`: the one algorithm it may be used with
  std::optional<JoseKey> key{};
  std::string unusable{};  ///< set when `key` is not: "an RSA key of 1024 bits, fewer than 2048"
};

/// Immutable; any thread may read it.
class KeySet {
 public:
  /// At most this many keys are read; a longer set is an error.
  static constexpr std::size_t kMaxKeys = 256;

  /// Reads `{"keys":[...]}`. Keys for other purposes (`use`, `key_ops`), of other types (symmetric ones above all) and
  /// keys that are malformed or too weak do not spoil the others: they are kept as unusable. Private members are not
  /// looked at. A set without keys is a set: that is how a client withdraws them all (REQ JWT-17).
  /// Errors: not_json and the like, or invalid_value when it is no key set. REQ JWT-03, JWT-19
  [[nodiscard]] static base::Result<KeySet> parse(std::string json);

  /// The key of that kid (compared byte for byte, REQ JWT-05) that fits the algorithm.
  /// Refused: unknown_key, or key_mismatch with the reason.
  [[nodiscard]] Checked<JoseKey> find(std::string_view kid, Algorithm algorithm) const;
  /// Why no token can be verified with this set; empty if one can.
  [[nodiscard]] std::string why_unusable() const;
  [[nodiscard]] bool has(std::string_view kid) const;
  [[nodiscard]] std::vector<JwksKey> const& keys() const { return keys_; }

 private:
  std::vector<JwksKey> keys_;
};

}  // namespace ivig::certs
