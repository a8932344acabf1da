#pragma once
// Tokens of test clients, good and bad ones: made with OpenSSL alone, so that the library that verifies them is checked
// by another.

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/base64url.h"
#include "tests/support/token_clock.h"

namespace ivig::test {

/// A private key. EC keys sign ES256, ES384 or ES512 by their curve; RSA keys RS* and PS*.
class SigningKey {
 public:
  static SigningKey ec(char const* curve = "P-384") { return SigningKey(EVP_EC_gen(curve)); }
  static SigningKey rsa(unsigned bits = 2048) { return SigningKey(EVP_RSA_gen(bits)); }

  /// The signature over `input` as a JWS holds it; `der` leaves an EC signature as OpenSSL makes it.
  [[nodiscard]] std::string sign(std::string_view algorithm, std::string_view input, bool der = false) const {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* details = nullptr;
    EVP_MD const* const digest = digest_of(algorithm);
    require(EVP_DigestSignInit(context.get(), &details, digest, nullptr, key_.get()) == 1);
    if (algorithm.starts_with("PS")) {
      require(EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) == 1);
      require(EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    auto const* const bytes = reinterpret_cast<unsigned char const*>(input.data());
    std::size_t size = 0;
    require(EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size()) == 1);
    std::string signature(size, '\0');
    require(EVP_DigestSign(context.get(), data(signature), &size, bytes, input.size()) == 1);
    signature.resize(size);
    return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_EC && !der ? raw(signature) : signature;
  }

  /// The public key as a member of a JWK Set; `more` is added as it is: `,"alg":"ES384"`.
  [[nodiscard]] std::string jwk(std::string_view kid, std::string const& more = "") const {
    std::string text = R"({"kid":")" + std::string(kid) + "\"" + more;
    if (EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA) {
      return text + R"(,"kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
             number(OSSL_PKEY_PARAM_RSA_E, 0) + "\"}";
    }
    int const bits = EVP_PKEY_get_bits(key_.get());
    std::string const curve = bits == 256 ? "P-256" : bits == 384 ? "P-384" : "P-521";
    return text + R"(,"kty":"EC","crv":")" + curve + R"(","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, (bits + 7) / 8) +
           R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, (bits + 7) / 8) + "\"}";
  }

  /// The public key as PEM: what an attacker takes for a shared secret.
  [[nodiscard]] std::string public_pem() const {
    std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()), BIO_free_all);
    require(PEM_write_bio_PUBKEY(memory.get(), key_.get()) == 1);
    char* text = nullptr;
    long const size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  explicit SigningKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) { require(key != nullptr); }

  static void require(bool good) {
    if (!good) throw std::runtime_error("OpenSSL cannot make a test token");
  }
  static unsigned char* data(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
  static EVP_MD const* digest_of(std::string_view algorithm) {
    return algorithm.ends_with("256") ? EVP_sha256() : algorithm.ends_with("384") ? EVP_sha384() : EVP_sha512();
  }

  [[nodiscard]] std::string raw(std::string const& der) const {
    auto const* at = reinterpret_cast<unsigned char const*>(der.data());
    std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parts(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    int const bytes = (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
    std::string text(static_cast<std::size_t>(bytes) * 2, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), data(text), bytes);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), data(text) + bytes, bytes);
    return text;
  }

  [[nodiscard]] std::string number(char const* name, int bytes) const {
    BIGNUM* value = nullptr;
    require(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
    std::unique_ptr<BIGNUM, decltype(&BN_free)> owner(value, BN_free);
    if (bytes == 0) bytes = BN_num_bytes(value);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    BN_bn2binpad(value, data(text), bytes);
    return certs::base64url_encode(text);
  }

  std::shared_ptr<EVP_PKEY> key_;
};

inline std::string jwk_set(std::vector<std::string> const& keys) {
  std::string text = R"({"keys":[)";
  for (std::size_t i = 0; i < keys.size(); ++i) text += (i == 0 ? "" : ",") + keys[i];
  return text + "]}";
}

/// Members of a JSON object in order, values as JSON text; a name may come twice.
using Members = std::vector<std::pair<std::string, std::string>>;

/// A token before it is signed. The with_ and without_ functions change a copy, so that one good token has many bad
/// twins.
struct Token {
  Members header;
  Members claims;

  [[nodiscard]] Token with(std::string const& claim, std::string const& json) const {
    return changed(&Token::claims, claim, json);
  }
  [[nodiscard]] Token without(std::string const& claim) const { return changed(&Token::claims, claim, ""); }
  [[nodiscard]] Token with_header(std::string const& name, std::string const& json) const {
    return changed(&Token::header, name, json);
  }
  [[nodiscard]] Token without_header(std::string const& name) const { return changed(&Token::header, name, ""); }
  /// As another token of the same client: with a jti of its own.
  [[nodiscard]] Token fresh() const {
    static int count = 0;
    return with("jti", "\"jti-" + std::to_string(++count) + "\"");
  }

  [[nodiscard]] std::string unsigned_text() const {
    return certs::base64url_encode(object(header)) + "." + certs::base64url_encode(object(claims));
  }
  /// Signed by `key` with the algorithm that the header names, or with `algorithm`.
  [[nodiscard]] std::string signed_by(SigningKey const& key, std::string algorithm = "") const {
    if (algorithm.empty()) algorithm = header_text("alg");
    std::string const text = unsigned_text();
    return text + "." + certs::base64url_encode(key.sign(algorithm, text));
  }

  [[nodiscard]] std::string header_text(std::string const& name) const {
    for (auto const& [key, value] : header) {
      if (key == name) return value.substr(1, value.size() - 2);
    }
    return {};
  }

  static std::string object(Members const& members) {
    std::string text = "{";
    for (auto const& [name, value] : members) {
      text.append(text.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(value);
    }
    return text + "}";
  }

 private:
  [[nodiscard]] Token changed(Members Token::*where, std::string const& name, std::string const& json) const {
    Token copy = *this;
    auto& members = copy.*where;
    for (auto at = members.begin(); at != members.end(); ++at) {
      if (at->first != name) continue;
      if (json.empty()) {
        members.erase(at);
      } else {
        at->second = json;
      }
      return copy;
    }
    if (!json.empty()) members.emplace_back(name, json);
    return copy;
  }
};

/// A good token, five minutes long, for `audience`.
inline Token token(std::string const& issuer, std::string const& audience, std::string const& kid = "k1",
                   std::string const& algorithm = "ES384", std::int64_t now = token_clock()) {
  return Token{{{"alg", "\"" + algorithm + "\""}, {"typ", "\"JWT\""}, {"kid", "\"" + kid + "\""}},
               {{"iss", "\"" + issuer + "\""},
                {"aud", "\"" + audience + "\""},
                {"exp", std::to_string(now + 300)},
                {"iat", std::to_string(now)},
                {"jti", "\"first\""}}}
      .fresh();
}

}  // namespace ivig::test
