#pragma once
// One EHR that the service knows: its keys, its entry in the configuration, its tokens.

#include <string>

#include "tests/support/tokens.h"
#include "tests/support/trust_service.h"

namespace ivig::test {

/// The keys of one EHR, written to a file as its JWK Set.
struct Ehr {
  SigningKey ec = SigningKey::ec();
  SigningKey ec256 = SigningKey::ec("P-256");
  SigningKey ec521 = SigningKey::ec("P-521");
  SigningKey rsa = SigningKey::rsa();
  SigningKey weak = SigningKey::rsa(1024);
  SigningKey stranger = SigningKey::ec();
  TemporaryFolder folder;
  std::string file = write_file(
      folder.path() / "keys.json",
      jwk_set({ec.jwk("k1"), rsa.jwk("r1"), ec256.jwk("p256"), ec521.jwk("p521"), weak.jwk("weak"), ec.jwk("a+b/c="),
               rsa.jwk("rs384-only", R"(,"alg":"RS384")"), ec.jwk("for-encryption", R"(,"use":"enc")")}));

  /// Configuration with this EHR as client, and `more` lines for its entry.
  [[nodiscard]] std::string yaml(std::string const& more = "") const {
    return "auth: required\nclients:\n  - name: ehr\n    issuer: " + std::string(kIssuer) + "\n    jwks_file: " + file +
           "\n" + more;
  }
  [[nodiscard]] static Token token(std::string const& kid = "k1", std::string const& algorithm = "ES384") {
    return test::token(kIssuer, kSignUrl, kid, algorithm);
  }
};

inline std::string quoted(std::string const& text) { return "\"" + text + "\""; }

}  // namespace ivig::test
