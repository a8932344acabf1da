#pragma once
// A client's token: the JWT of CDS Hooks. Parsed, verified and checked in this order, each step with its own type, so
// that nothing can be read from a token that was not verified.
//
//   Jws ── verify(jws, keys) ──▶ Claims ── check(claims, policy, audiences, now) ──▶ Principal

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json_body.h"
#include "certs/jose.h"
#include "certs/jwks.h"
#include "certs/token_fault.h"

namespace ivig::certs {

/// What a token may be and say; the configuration names are those of `tokens:` and of one client.
struct TokenPolicy {
  std::vector<Algorithm> algorithms{Algorithm::es384, Algorithm::rs384};  ///< clients[].algorithms
  std::vector<std::string> tenants{};                                     ///< clients[].tenants; empty: any, or none
  std::optional<std::string> subject{};                                   ///< clients[].subject
  std::chrono::seconds skew{60};                                          ///< tokens.clock_skew_seconds
  std::chrono::seconds max_life{3600};                                    ///< tokens.max_life_seconds, exp less iat
};

/// What an unverified token says about where its keys are. For choosing the client, and for nothing else.
struct KeyHint {
  std::string issuer;
  std::string tenant;              ///< empty when there is none
  std::optional<std::string> jku;  ///< of the header
};

/// A token in its compact form, taken apart. Owns its text.
class Jws {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024;

  /// Refused: malformed, algorithm (none and HMAC in any spelling), header (no kid, another typ than JWT, any crit),
  /// and claims when there is no iss. The header's jwk, x5u and x5c are not looked at. REQ JWT-01..06, JWT-19
  [[nodiscard]] static Checked<Jws> parse(std::string_view compact);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] std::string const& kid() const { return kid_; }
  [[nodiscard]] KeyHint const& hint() const { return hint_; }

 private:
  friend class Claims;
  Jws() = default;
  std::string compact_;
  std::shared_ptr<base::JsonBody const> claims_;
  Algorithm algorithm_{};
  std::string kid_;
  KeyHint hint_;
};

/// The claims of a token whose signature holds.
class Claims {
 public:
  /// Verifies the signature, then reads the claims. Refused: algorithm (not one of `allowed`), unknown_key,
  /// key_mismatch, bad_signature, claims. REQ JWT-03, JWT-07, JWT-10
  [[nodiscard]] static Checked<Claims> verify(Jws const& jws, KeySet const& keys, std::span<Algorithm const> allowed);

  [[nodiscard]] std::string const& issuer() const { return issuer_; }
  [[nodiscard]] std::string const& jti() const { return jti_; }
  [[nodiscard]] std::vector<std::string> const& audiences() const { return audiences_; }
  [[nodiscard]] std::optional<std::string> const& subject() const { return subject_; }
  [[nodiscard]] std::string const& tenant() const { return tenant_; }
  /// Seconds since the epoch; may have a fraction.
  [[nodiscard]] double expires() const { return expires_; }
  [[nodiscard]] double issued() const { return issued_; }
  [[nodiscard]] std::optional<double> not_before() const { return not_before_; }

 private:
  Claims() = default;
  std::string issuer_, jti_, tenant_;
  std::vector<std::string> audiences_;
  std::optional<std::string> subject_;
  double expires_ = 0;
  double issued_ = 0;
  std::optional<double> not_before_;
};

/// Who called, by a token that was verified, checked and not seen before.
struct Principal {
  std::string issuer;
  std::string jti;
  std::string tenant;        ///< empty when the token names none
  base::Now forget_after{};  ///< exp and the skew: until then the jti must not come again
};

/// Whether the verified claims are good for a call whose endpoint goes by one of `audiences`, at `now`.
/// Refused: audience, expired, not_yet_valid, too_long_lived, subject, tenant. REQ JWT-08, JWT-10, JWT-11, JWT-13,
/// JWT-14, FDBK-11
[[nodiscard]] Checked<Principal> check(Claims const& claims, TokenPolicy const& policy,
                                       std::span<std::string const> audiences, base::Now now);

}  // namespace ivig::certs
