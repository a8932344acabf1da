#include "certs/jwks.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/json_body.h"
#include "base/json_read.h"
#include "certs/base64url.h"

namespace ivig::certs {
namespace {

using base::Errc;
using base::fail;
using base::Json;
using base::string_member;

constexpr std::size_t kLeastRsaBits = 2048;  // RFC 7518 section 3.3
constexpr std::size_t kMostRsaBits = 8192;   // the cost of a verification grows with it
constexpr std::size_t kMostExponentBytes = 4;

std::size_t coordinate_bytes(std::string_view curve) {
  return curve == "P-256" ? 32 : curve == "P-384" ? 48 : curve == "P-521" ? 66 : 0;
}

std::size_t bit_length(std::string_view number) {
  while (!number.empty() && number.front() == '\0') number.remove_prefix(1);
  if (number.empty()) return 0;
  return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(number.front())));
}

/// Why an RSA key cannot be used; empty if it can.
std::string rsa_fault(Json const& jwk) {
  auto const modulus = base64url_decode(string_member(jwk, "n"));
  auto const exponent = base64url_decode(string_member(jwk, "e"));
  if (!modulus || !exponent) return "n and e must be base64url";
  std::size_t const bits = bit_length(*modulus);
  if (bits < kLeastRsaBits) return "an RSA key of " + std::to_string(bits) + " bits, fewer than 2048";
  if (bits > kMostRsaBits) return "an RSA key of " + std::to_string(bits) + " bits, more than 8192";
  // With an exponent of 1 everything would be its own signature.
  bool const odd = !exponent->empty() && (static_cast<unsigned char>(exponent->back()) & 1U) != 0;
  if (!odd || exponent->size() > kMostExponentBytes || bit_length(*exponent) < 2) return "an unusual RSA exponent";
  return {};
}

std::string ec_fault(Json const& jwk) {
  std::size_t const bytes = coordinate_bytes(string_member(jwk, "crv"));
  if (bytes == 0) return "a curve other than P-256, P-384 and P-521";
  auto const x = base64url_decode(string_member(jwk, "x"));
  auto const y = base64url_decode(string_member(jwk, "y"));
  if (!x || !y || x->size() != bytes || y->size() != bytes) return "x and y must be base64url of the curve's length";
  return {};
}

/// Whether the key may verify signatures: `use` and `key_ops` count where they are given.
bool is_for_signatures(Json const& jwk) {
  if (base::member(jwk, "use") != nullptr && string_member(jwk, "use") != "sig") return false;
  bool verifies = base::member(jwk, "key_ops") == nullptr;
  base::each(jwk, "key_ops", [&](Json const& item, std::size_t) {
    if (base::as_string(item) == "verify") verifies = true;
  });
  return verifies;
}

/// Only what the library needs: a private member that was published by mistake is not even parsed.
std::string public_jwk(Json const& jwk, std::string_view type) {
  auto const member = [&jwk](char const* name) {
    return ",\"" + std::string(name) + "\":\"" + std::string(string_member(jwk, name)) + "\"";
  };
  if (type == "RSA") return "{\"kty\":\"RSA\"" + member("n") + member("e") + "}";
  return "{\"kty\":\"EC\"" + member("crv") + member("x") + member("y") + "}";
}

JwksKey read_key(Json const& jwk) {
  JwksKey key{std::string(string_member(jwk, "kid")), std::string(string_member(jwk, "kty")),
              std::string(string_member(jwk, "crv"))};
  std::string_view const algorithm = string_member(jwk, "alg");
  key.only = parse_algorithm(algorithm);
  if (key.type != "EC" && key.type != "RSA") {
    key.unusable = "a key type other than EC and RSA";
  } else if (!is_for_signatures(jwk)) {
    key.unusable = "not meant for verifying signatures (use, key_ops)";
  } else if (base::member(jwk, "alg") != nullptr && !key.only) {
    key.unusable = "its alg is not supported";
  } else {
    key.unusable = key.type == "RSA" ? rsa_fault(jwk) : ec_fault(jwk);
  }
  if (!key.unusable.empty()) return key;
  if (key.type == "RSA") key.curve.clear();
  auto imported = JoseKey::import(public_jwk(jwk, key.type));
  if (imported) {
    key.key = *std::move(imported);
  } else {
    key.unusable = imported.error().detail;
  }
  return key;
}

bool fits(JwksKey const& key, Algorithm algorithm) {
  return key.key && key.type == key_type(algorithm) && key.curve == curve(algorithm) &&
         (!key.only || *key.only == algorithm);
}

}  // namespace

base::Result<KeySet> KeySet::parse(std::string json) {
  std::size_t const size = json.size();
  auto const body = base::JsonBody::parse(std::move(json), {size, 16});
  if (!body) return tl::unexpected(body.error());
  Json const* const keys = base::member((*body)->root(), "keys");
  if (keys == nullptr || !keys->IsArray()) {
    return fail(Errc::invalid_value, "keys", "is not there; a JWK Set is {\"keys\": [...]}");
  }
  if (keys->Size() > kMaxKeys) return fail(Errc::invalid_value, "keys", "are too many");
  KeySet set;
  for (Json const& item : keys->GetArray()) {
    if (item.IsObject() && !string_member(item, "kid").empty()) set.keys_.push_back(read_key(item));
  }
  return set;
}

std::string KeySet::why_unusable() const {
  if (keys_.empty()) return "holds no key with a kid";
  if (std::any_of(keys_.begin(), keys_.end(), [](JwksKey const& key) { return key.key.has_value(); })) return {};
  return "holds no key that can be used: " + keys_.front().unusable;
}

bool KeySet::has(std::string_view kid) const {
  return std::any_of(keys_.begin(), keys_.end(), [kid](JwksKey const& key) { return key.kid == kid; });
}

Checked<JoseKey> KeySet::find(std::string_view kid, Algorithm algorithm) const {
  JwksKey const* near = nullptr;
  for (JwksKey const& key : keys_) {
    if (key.kid != kid) continue;
    if (fits(key, algorithm)) return *key.key;
    near = &key;
  }
  if (near == nullptr) return refuse(TokenFault::unknown_key, "kid " + shown(kid));
  return refuse(TokenFault::key_mismatch,
                "kid " + shown(kid) + ": " +
                    (near->unusable.empty()
                         ? "a key of type " + near->type + " does not fit " + std::string(algorithm_name(algorithm))
                         : near->unusable));
}

}  // namespace ivig::certs
