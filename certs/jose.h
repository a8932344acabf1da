#pragma once
// Keys and signatures of JOSE. Only certs/jose.cpp knows the library behind it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ivig::certs {

/// The signature algorithms that may be allowed (RFC 7518). There is no `none` and no HMAC here, so that neither can be
/// configured. EdDSA is left out: the library lacks it. REQ JWT-01, JWT-02, JWT-03
enum class Algorithm { es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512 };

/// By its exact name: "ES384", not "es384". nullopt for any other.
[[nodiscard]] std::optional<Algorithm> parse_algorithm(std::string_view name);
[[nodiscard]] std::string_view algorithm_name(Algorithm algorithm);
/// "EC" or "RSA".
[[nodiscard]] std::string_view key_type(Algorithm algorithm);
/// "P-384"; empty for RSA.
[[nodiscard]] std::string_view curve(Algorithm algorithm);

/// Whether a check of its signatures costs as much as several answers (bench/jwt_bench.cpp): P-384 and P-521, for which
/// OpenSSL has no code of their own as it has for P-256.
[[nodiscard]] bool is_slow(Algorithm algorithm);

/// A public key, immutable; copies share it. Any thread may verify with it.
class JoseKey {
 public:
  /// Reads one JWK, which holds nothing but public members. Errors: invalid_value with the library's reason (a point
  /// that is not on its curve, for one).
  [[nodiscard]] static base::Result<JoseKey> import(std::string const& jwk);

 private:
  friend bool signature_holds(std::string_view compact, Algorithm algorithm, JoseKey const& key);
  explicit JoseKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

/// Whether the compact JWS `compact` was signed with the private part of `key`. The caller has checked before that its
/// header names `algorithm`, and that the key fits it. EC signatures are raw R and S of the curve's length, to the
/// byte: the library would pass over bytes behind them, and DER is none. REQ JWT-19
[[nodiscard]] bool signature_holds(std::string_view compact, Algorithm algorithm, JoseKey const& key);

}  // namespace ivig::certs
