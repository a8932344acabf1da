#include "certs/jose.h"

#include <array>
#include <cstddef>

#include <cjose/cjose.h>

#include <openssl/err.h>

namespace ivig::certs {
namespace {

struct Named {
  Algorithm algorithm;
  std::string_view name, key_type, curve;
  std::size_t signature_bytes;  // 0: as long as the key's modulus, which OpenSSL checks
};

constexpr std::array<Named, 9> kAlgorithms{{{Algorithm::es256, "ES256", "EC", "P-256", 64},
                                            {Algorithm::es384, "ES384", "EC", "P-384", 96},
                                            {Algorithm::es512, "ES512", "EC", "P-521", 132},
                                            {Algorithm::rs256, "RS256", "RSA", "", 0},
                                            {Algorithm::rs384, "RS384", "RSA", "", 0},
                                            {Algorithm::rs512, "RS512", "RSA", "", 0},
                                            {Algorithm::ps256, "PS256", "RSA", "", 0},
                                            {Algorithm::ps384, "PS384", "RSA", "", 0},
                                            {Algorithm::ps512, "PS512", "RSA", "", 0}}};

Named const& named(Algorithm algorithm) { return kAlgorithms[static_cast<std::size_t>(algorithm)]; }

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (Named const& known : kAlgorithms) {
    if (known.name == name) return known.algorithm;
  }
  return {};
}

std::string_view algorithm_name(Algorithm algorithm) { return named(algorithm).name; }
std::string_view key_type(Algorithm algorithm) { return named(algorithm).key_type; }
std::string_view curve(Algorithm algorithm) { return named(algorithm).curve; }
bool is_slow(Algorithm algorithm) { return algorithm == Algorithm::es384 || algorithm == Algorithm::es512; }

base::Result<JoseKey> JoseKey::import(std::string const& jwk) {
  cjose_err error{};
  cjose_jwk_t* const key = cjose_jwk_import(jwk.data(), jwk.size(), &error);
  ERR_clear_error();  // OpenSSL's queue is the thread's: what stays in it would be taken for a fault of its next TLS
                      // call
  if (key == nullptr) {
    return base::fail(base::Errc::invalid_value, "key",
                      error.message == nullptr ? "cannot be read" : std::string("cannot be read: ") + error.message);
  }
  return JoseKey(std::shared_ptr<void>(key, [](void* owned) { cjose_jwk_release(static_cast<cjose_jwk_t*>(owned)); }));
}

bool signature_holds(std::string_view compact, Algorithm algorithm, JoseKey const& key) {
  std::size_t const bytes = (compact.size() - (compact.rfind('.') + 1)) * 3 / 4;
  std::size_t const expected = named(algorithm).signature_bytes;
  if (expected != 0 && bytes != expected) return false;
  cjose_err error{};
  std::unique_ptr<cjose_jws_t, void (*)(cjose_jws_t*)> const jws(
      cjose_jws_import(compact.data(), compact.size(), &error), cjose_jws_release);
  bool const holds = jws && cjose_jws_verify(jws.get(), static_cast<cjose_jwk_t const*>(key.key_.get()), &error);
  ERR_clear_error();
  return holds;
}

}  // namespace ivig::certs
