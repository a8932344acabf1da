// Real tokens over real TLS connections, each attack beside its legitimate twin. Names of tests and rows are the ids of
// the requirement table: AUTH, JWT, FDBK-11, TLS.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/ehr.h"

namespace ivig::app {
namespace {

using certs::TokenFault;
using test::Ehr;
using test::kIssuer;
using test::kSignUrl;
using test::quoted;
using test::SigningKey;
using test::Token;
using test::TrustService;

/// One row: the attack (or slip) and what the log calls it. Refused rows are answered 401.
struct Row {
  std::string id, what, token;
  TokenFault fault;
};

class Trust : public testing::Test {
 protected:
  Ehr const ehr_{};

  /// Every row is refused for its own reason, and right after it a good token is served.
  void expect_refused(TrustService& service, std::vector<Row> const& rows) {
    for (Row const& row : rows) {
      auto const before = service.refused(row.fault);
      EXPECT_EQ(service.with_token(row.token).status, 401U) << row.id << ": " << row.what;
      EXPECT_EQ(service.refused(row.fault), before + 1)
          << row.id << ": " << row.what << " is not called " << certs::fault_name(row.fault);
    }
    EXPECT_EQ(service.with_token(Ehr::token().signed_by(ehr_.ec)).status, 200U) << "the legitimate twin";
  }
};

TEST_F(Trust, JWT_03_the_recommended_algorithms_are_served_and_others_by_policy) {
  TrustService recommended(ehr_.yaml());
  EXPECT_EQ(recommended.with_token(Ehr::token().signed_by(ehr_.ec)).status, 200U);
  EXPECT_EQ(recommended.with_token(Ehr::token("r1", "RS384").signed_by(ehr_.rsa)).status, 200U);
  TrustService all(ehr_.yaml("    algorithms: [ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512]\n"));
  struct Case {
    char const* algorithm;
    char const* kid;
    SigningKey const& key;
  };
  for (Case const& c :
       {Case{"ES256", "p256", ehr_.ec256}, Case{"ES384", "k1", ehr_.ec}, Case{"ES512", "p521", ehr_.ec521},
        Case{"RS256", "r1", ehr_.rsa}, Case{"RS384", "r1", ehr_.rsa}, Case{"RS512", "r1", ehr_.rsa},
        Case{"PS256", "r1", ehr_.rsa}, Case{"PS384", "r1", ehr_.rsa}, Case{"PS512", "r1", ehr_.rsa}}) {
    Token const token = Ehr::token(c.kid, c.algorithm);
    EXPECT_EQ(all.with_token(token.signed_by(c.key)).status, 200U) << c.algorithm;
    bool const always = std::string(c.algorithm) == "ES384" || std::string(c.algorithm) == "RS384";
    EXPECT_EQ(recommended.with_token(token.fresh().signed_by(c.key)).status, always ? 200U : 401U) << c.algorithm;
  }
}

TEST_F(Trust, JWT_01_02_03_algorithm_confusion) {
  TrustService service(ehr_.yaml("    algorithms: [ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512]\n"));
  std::string const pem = ehr_.rsa.public_pem();
  auto const hmac = [](Token const& token, EVP_MD const* digest, std::string const& secret) {
    std::string const text = token.unsigned_text();
    unsigned char mac[64];
    unsigned size = 0;
    HMAC(digest, secret.data(), static_cast<int>(secret.size()), reinterpret_cast<unsigned char const*>(text.data()),
         text.size(), mac, &size);
    return text + "." + certs::base64url_encode({reinterpret_cast<char const*>(mac), size});
  };
  std::vector<Row> rows;
  for (char const* none : {"none", "None", "NONE", "nOnE"}) {
    Token const token = Ehr::token("k1", none);
    rows.push_back({"JWT-01", none, token.unsigned_text() + ".", TokenFault::algorithm});
    rows.push_back({"JWT-01", "none with a signature", token.signed_by(ehr_.ec, "ES384"), TokenFault::algorithm});
  }
  rows.push_back({"JWT-02", "HS256 with the public key", hmac(Ehr::token("r1", "HS256"), EVP_sha256(), pem),
                  TokenFault::algorithm});
  rows.push_back({"JWT-02", "HS384 with the JWK", hmac(Ehr::token("k1", "HS384"), EVP_sha384(), ehr_.ec.jwk("k1")),
                  TokenFault::algorithm});
  rows.push_back(
      {"JWT-02", "HS512 with nothing", hmac(Ehr::token("k1", "HS512"), EVP_sha512(), ""), TokenFault::algorithm});
  rows.push_back(
      {"JWT-03", "RS384 header, EC key", Ehr::token("k1", "RS384").signed_by(ehr_.ec), TokenFault::key_mismatch});
  rows.push_back(
      {"JWT-03", "ES384 header, RSA key", Ehr::token("r1", "ES384").signed_by(ehr_.rsa), TokenFault::key_mismatch});
  rows.push_back({"JWT-03", "ES384 header, P-256 key", Ehr::token("p256", "ES384").signed_by(ehr_.ec256),
                  TokenFault::key_mismatch});
  rows.push_back(
      {"JWT-03", "ES256 header, P-384 key", Ehr::token("k1", "ES256").signed_by(ehr_.ec), TokenFault::key_mismatch});
  rows.push_back({"JWT-03", "PS384 with a key for RS384", Ehr::token("rs384-only", "PS384").signed_by(ehr_.rsa),
                  TokenFault::key_mismatch});
  rows.push_back(
      {"JWT-03", "a key for encryption", Ehr::token("for-encryption").signed_by(ehr_.ec), TokenFault::key_mismatch});
  rows.push_back({"JWT-03", "PS384 header, RS384 signature", Ehr::token("r1", "PS384").signed_by(ehr_.rsa, "RS384"),
                  TokenFault::bad_signature});
  expect_refused(service, rows);
  EXPECT_EQ(service.with_token(Ehr::token("rs384-only", "RS384").signed_by(ehr_.rsa)).status, 200U);
}

TEST_F(Trust, JWT_19_signatures_and_keys_as_the_RFC_has_them) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  std::string const input = token.unsigned_text();
  std::string const good = token.fresh().signed_by(ehr_.ec);
  std::string const twice = "{\"jti\":\"x\"," + Token::object(token.claims).substr(1);
  std::string const forged =
      certs::base64url_encode(Token::object(token.header)) + "." + certs::base64url_encode(twice);
  expect_refused(
      service,
      {{"JWT-19", "DER signature", input + "." + certs::base64url_encode(ehr_.ec.sign("ES384", input, true)),
        TokenFault::bad_signature},
       {"JWT-19", "RSA key of 1024 bits", Ehr::token("weak", "RS384").signed_by(ehr_.weak), TokenFault::key_mismatch},
       {"JWT-19", "padded base64", good + "=", TokenFault::malformed},
       {"JWT-19", "plain base64", input + "." + std::string(126, 'A') + "+/", TokenFault::malformed},
       {"JWT-19", "unused bits that are not zero", input + "." + std::string(126, 'A') + "B", TokenFault::malformed},
       {"JWT-19", "a member twice", forged + "." + certs::base64url_encode(ehr_.ec.sign("ES384", forged)),
        TokenFault::malformed},
       {"JWT-19", "signed by a stranger", Ehr::token().signed_by(ehr_.stranger), TokenFault::bad_signature},
       {"JWT-19", "all zero signature", input + "." + certs::base64url_encode(std::string(96, '\0')),
        TokenFault::bad_signature}});
  EXPECT_EQ(service.with_token(good).status, 200U);
}

TEST_F(Trust, JWT_04_05_06_header_members) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  expect_refused(
      service,
      {{"JWT-04", "no kid", token.without_header("kid").signed_by(ehr_.ec), TokenFault::header},
       {"JWT-04", "another typ", token.with_header("typ", quoted("at+jwt")).signed_by(ehr_.ec), TokenFault::header},
       {"JWT-05", "kid in another case", token.with_header("kid", quoted("K1")).signed_by(ehr_.ec),
        TokenFault::unknown_key},
       {"JWT-06", "crit", token.with_header("crit", R"(["x"])").with_header("x", "1").signed_by(ehr_.ec),
        TokenFault::header},
       {"JWT-06", "embedded jwk of the attacker",
        token.with_header("jwk", ehr_.stranger.jwk("k1")).signed_by(ehr_.stranger), TokenFault::bad_signature},
       {"JWT-06", "x5u of the attacker",
        token.with_header("x5u", quoted("https://evil.example/c.pem")).signed_by(ehr_.stranger),
        TokenFault::bad_signature}});
  EXPECT_EQ(service.with_token(Ehr::token("a+b/c=").signed_by(ehr_.ec)).status, 200U) << "JWT-05";
  EXPECT_EQ(service.with_token(token.fresh().with_header("typ", quoted("jwt")).signed_by(ehr_.ec)).status, 200U);
  EXPECT_EQ(service.with_token(token.fresh().without_header("typ").signed_by(ehr_.ec)).status, 200U);
  EXPECT_EQ(service.with_token(token.fresh().with_header("jwk", ehr_.stranger.jwk("k1")).signed_by(ehr_.ec)).status,
            200U)
      << "JWT-06: the embedded key is ignored, the registered one counts";
}

TEST_F(Trust, JWT_07_10_11_claims_and_times) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  auto const at = [](std::int64_t offset) { return std::to_string(test::token_clock() + offset); };
  std::vector<Row> rows{
      {"JWT-10", "expired", token.with("iat", at(-400)).with("exp", at(-63)).signed_by(ehr_.ec), TokenFault::expired},
      {"JWT-10", "iat in the future", token.with("iat", at(90)).with("exp", at(300)).signed_by(ehr_.ec),
       TokenFault::not_yet_valid},
      {"JWT-10", "nbf in the future", token.with("nbf", at(90)).signed_by(ehr_.ec), TokenFault::not_yet_valid},
      {"JWT-11", "a day long", token.with("exp", at(86400)).signed_by(ehr_.ec), TokenFault::too_long_lived},
      {"JWT-07", "exp as text", token.with("exp", quoted(at(300))).signed_by(ehr_.ec), TokenFault::claims}};
  for (char const* claim : {"iss", "aud", "exp", "iat", "jti"}) {
    rows.push_back({"JWT-07", std::string("no ") + claim, token.without(claim).signed_by(ehr_.ec), TokenFault::claims});
    rows.push_back({"JWT-07", std::string(claim) + " of the wrong type", token.with(claim, "{}").signed_by(ehr_.ec),
                    TokenFault::claims});
  }
  expect_refused(service, rows);
  struct Good {
    char const* why;
    Token token;
  };
  for (Good const& good :
       {Good{"30 s past its end", token.with("iat", at(-300)).with("exp", at(-30))},
        Good{"an hour long", token.with("exp", at(3600)).with("iat", at(0))},
        Good{"fractional times", token.with("iat", at(0) + ".25").with("exp", at(300) + ".5")},
        Good{"Epic's nbf and sub",
             token.with("nbf", at(-300)).with("exp", at(900)).with("iat", at(0)).with("sub", "\"x\"")}}) {
    EXPECT_EQ(service.with_token(good.token.fresh().signed_by(ehr_.ec)).status, 200U) << good.why;
  }
}

TEST_F(Trust, JWT_08_the_audience_is_the_public_url_of_the_service) {
  TrustService service(ehr_.yaml("    audiences: [sand_man]\n"));
  Token const token = Ehr::token();
  auto const aud = [&](std::string const& json) { return token.fresh().with("aud", json).signed_by(ehr_.ec); };
  std::string const seen_from_here =
      "https://127.0.0.1:" + std::to_string(service.port()) + "/cds-services/ivig-order-sign";
  expect_refused(
      service,
      {{"JWT-08", "another server", aud(quoted("https://other.example.org/cds-services/ivig-order-sign")),
        TokenFault::audience},
       {"JWT-08", "another service", aud(quoted("https://cds.example.org/cds-services/ivig-order-select")),
        TokenFault::audience},
       {"JWT-08", "the feedback endpoint", aud(quoted(std::string(kSignUrl) + "/feedback")), TokenFault::audience},
       {"JWT-08", "the server only", aud(quoted("https://cds.example.org")), TokenFault::audience},
       {"JWT-08", "the address behind the proxy", aud(quoted(seen_from_here)), TokenFault::audience},
       {"JWT-08", "an array of others", aud(R"(["https://a.example","https://b.example"])"), TokenFault::audience},
       {"JWT-08", "an array with a number", aud("[\"" + std::string(kSignUrl) + "\",7]"), TokenFault::claims}});
  EXPECT_EQ(service.with_token(aud("[\"https://a.example\",\"" + std::string(kSignUrl) + "\"]")).status, 200U);
  EXPECT_EQ(service.with_token(aud(quoted("sand_man"))).status, 200U) << "the client's own list";
}

TEST_F(Trust, FDBK_11_a_feedback_token_may_name_the_feedback_url_or_the_service) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  std::string const feedback = std::string(test::kSignPath) + "/feedback";
  auto const aud = [&](std::string const& url) { return token.fresh().with("aud", quoted(url)).signed_by(ehr_.ec); };
  EXPECT_EQ(service.at_gate(feedback, aud(std::string(kSignUrl) + "/feedback")).status, 200U);
  EXPECT_EQ(service.at_gate(feedback, aud(kSignUrl)).status, 200U);
  EXPECT_EQ(service.at_gate(feedback, aud("https://cds.example.org/cds-services/ivig-order-select")).status, 401U);
  EXPECT_EQ(service.at_gate(feedback, aud("https://cds.example.org/feedback")).status, 401U);
  EXPECT_EQ(service.at_gate(test::kSignPath, aud(std::string(kSignUrl) + "/feedback")).status, 401U);
  EXPECT_EQ(service.at_gate(test::kSignPath, aud(kSignUrl)).status, 200U);
}

TEST_F(Trust, JWT_09_AUTH_04_only_listed_issuers) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  std::vector<Row> rows;
  for (std::string const& other : {std::string(kIssuer) + "/", std::string("https://EHR.example.org/fhir"),
                                   std::string("https://evil.example"), std::string("*")}) {
    rows.push_back({"JWT-09", other, token.with("iss", quoted(other)).signed_by(ehr_.ec), TokenFault::unknown_issuer});
  }
  expect_refused(service, rows);
}

TEST_F(Trust, JWT_12_a_token_is_served_once) {
  TrustService service(ehr_.yaml());
  std::string const token = Ehr::token().signed_by(ehr_.ec);
  EXPECT_EQ(service.with_token(token).status, 200U);
  EXPECT_EQ(service.with_token(token).status, 401U);
  EXPECT_EQ(service.refused(TokenFault::replayed), 1U);
  // The same jti in a token of its own, or a signature made anew, is the same token.
  EXPECT_EQ(service.with_token(Ehr::token().with("jti", "\"once\"").signed_by(ehr_.ec)).status, 200U);
  EXPECT_EQ(service.with_token(Ehr::token().with("jti", "\"once\"").with("x", "1").signed_by(ehr_.ec)).status, 401U);
  // A refused token is not remembered: a stranger cannot spend the jti of somebody else's.
  Token const next = Ehr::token();
  EXPECT_EQ(service.with_token(next.signed_by(ehr_.stranger)).status, 401U);
  EXPECT_EQ(service.with_token(next.signed_by(ehr_.ec)).status, 200U);
}

TEST_F(Trust, JWT_13_14_tenant_and_subject_may_be_pinned) {
  TrustService service(ehr_.yaml("    tenants: [north]\n    subject: app-1\n"));
  Token const token = Ehr::token().with("tenant", quoted("north")).with("sub", quoted("app-1"));
  EXPECT_EQ(service.with_token(token.signed_by(ehr_.ec)).status, 200U);
  EXPECT_EQ(service.at_gate(test::kSignPath, token.fresh().signed_by(ehr_.ec)).header("X-Tenant"), "north");
  EXPECT_EQ(service.with_token(token.fresh().with("tenant", quoted("south")).signed_by(ehr_.ec)).status, 401U);
  EXPECT_EQ(service.with_token(token.fresh().without("tenant").signed_by(ehr_.ec)).status, 401U);
  EXPECT_EQ(service.with_token(token.fresh().with("sub", quoted("app-2")).signed_by(ehr_.ec)).status, 401U);
  EXPECT_EQ(service.refused(TokenFault::tenant), 2U);
  EXPECT_EQ(service.refused(TokenFault::subject), 1U);
}

}  // namespace
}  // namespace ivig::app
