// The steps of a token by themselves; whole tokens over TLS are in tests/app/trust_test.cpp.
#include "certs/jwt.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/tokens.h"

namespace ivig::certs {
namespace {

using test::SigningKey;
using test::Token;

constexpr char const* kIssuer = "https://ehr.example.org";
constexpr char const* kAudience = "https://cds.example.org/cds-services/ivig-order-sign";
constexpr std::int64_t kNow = 1'800'000'000;

class Jwt : public testing::Test {
 protected:
  Jwt() : keys_(*KeySet::parse(test::jwk_set({key_.jwk("k1")}))) {}

  [[nodiscard]] Token good() const { return test::token(kIssuer, kAudience, "k1", "ES384", kNow); }

  /// "" when the token is good at kNow, else the name of the fault.
  [[nodiscard]] std::string fault(std::string const& compact, TokenPolicy const& policy = {}) const {
    auto const jws = Jws::parse(compact);
    if (!jws) return std::string(fault_name(jws.error().fault));
    auto const claims = Claims::verify(*jws, keys_, policy.algorithms);
    if (!claims) return std::string(fault_name(claims.error().fault));
    std::vector<std::string> const audiences{kAudience};
    auto const principal = check(*claims, policy, audiences, base::Now(std::chrono::seconds(kNow)));
    return principal ? "" : std::string(fault_name(principal.error().fault));
  }
  [[nodiscard]] std::string fault(Token const& token, TokenPolicy const& policy = {}) const {
    return fault(token.signed_by(key_, "ES384"), policy);
  }

  SigningKey key_ = SigningKey::ec();
  KeySet keys_;
};

TEST_F(Jwt, times_are_judged_with_a_minute_of_skew_REQ_JWT_10_JWT_11) {
  auto const at = [](std::int64_t offset) { return std::to_string(kNow + offset); };
  struct Case {
    std::string iat, exp, nbf, fault;
  };
  for (Case const& c :
       {Case{at(0), at(300), "", ""}, Case{at(-300), at(-30), "", ""}, Case{at(-300), at(-59), "", ""},
        Case{at(-300), at(-60), "", "expired"}, Case{at(-300), at(-61), "", "expired"}, Case{at(60), at(300), "", ""},
        Case{at(61), at(300), "", "not_yet_valid"}, Case{at(0), at(300), at(60), ""},
        Case{at(0), at(300), at(61), "not_yet_valid"}, Case{at(0), at(300), at(-300), ""},
        Case{at(0), at(3600), "", ""}, Case{at(0), at(3601), "", "too_long_lived"},
        Case{at(0), at(86400), "", "too_long_lived"}, Case{at(-90000), at(100), "", "too_long_lived"},
        Case{at(30), at(30), "", "too_long_lived"}, Case{at(0), at(300) + ".5", "", ""},
        Case{"1.8e9", "18000003e2", "", ""}, Case{at(0), "1e999", "", "claims"}, Case{"-1", at(300), "", "claims"}}) {
    Token token = good().with("iat", c.iat).with("exp", c.exp);
    if (!c.nbf.empty()) token = token.with("nbf", c.nbf);
    EXPECT_EQ(fault(token), c.fault) << "iat " << c.iat << " exp " << c.exp << " nbf " << c.nbf;
  }
}

TEST_F(Jwt, claims_must_be_there_and_of_their_type_REQ_JWT_07) {
  for (char const* claim : {"iss", "aud", "exp", "iat", "jti"}) {
    EXPECT_EQ(fault(good().without(claim)), "claims") << claim;
    for (char const* value : {"null", "true", "{}", "[]", "[7]", "\"\""}) {
      std::string const found = fault(good().with(claim, value));
      EXPECT_TRUE(found == "claims" || (found == "audience" && value == std::string("\"\""))) << claim << " " << value;
    }
  }
  EXPECT_EQ(fault(good().with("exp", "\"" + std::to_string(kNow + 300) + "\"")), "claims");
  EXPECT_EQ(fault(good().with("jti", "7")), "claims");
  EXPECT_EQ(fault(good().with("tenant", "7")), "claims");
  EXPECT_EQ(fault(good().with("sub", "7")), "claims");
}

TEST_F(Jwt, further_claims_are_tolerated_and_sub_may_be_pinned_REQ_JWT_14) {
  Token const more = good().with("sub", "\"s\"").with("nbf", std::to_string(kNow - 300)).with("x", R"({"a":[1,{}]})");
  EXPECT_EQ(fault(more), "");
  EXPECT_EQ(fault(more, {.subject = "s"}), "");
  EXPECT_EQ(fault(more, {.subject = "t"}), "subject");
  EXPECT_EQ(fault(good(), {.subject = "s"}), "subject");
}

TEST_F(Jwt, a_tenant_must_be_on_the_list_if_there_is_one_REQ_JWT_13) {
  Token const north = good().with("tenant", "\"north\"");
  EXPECT_EQ(fault(north), "");
  EXPECT_EQ(fault(north, {.tenants = {"south", "north"}}), "");
  EXPECT_EQ(fault(north, {.tenants = {"south"}}), "tenant");
  EXPECT_EQ(fault(good(), {.tenants = {"south"}}), "tenant");
}

TEST_F(Jwt, the_header_is_read_strictly_REQ_JWT_04_JWT_06) {
  EXPECT_EQ(fault(good().without_header("typ")), "");
  EXPECT_EQ(fault(good().with_header("typ", "\"jwt\"")), "");
  EXPECT_EQ(fault(good().with_header("typ", "\"at+jwt\"")), "header");
  EXPECT_EQ(fault(good().with_header("typ", "7")), "header");
  EXPECT_EQ(fault(good().without_header("kid")), "header");
  EXPECT_EQ(fault(good().with_header("kid", "\"\"")), "header");
  EXPECT_EQ(fault(good().with_header("kid", "\"k2\"")), "unknown_key");
  for (char const* crit : {R"(["x"])", R"(["exp"])", "[]", "null", "\"b64\""}) {
    EXPECT_EQ(fault(good().with_header("crit", crit)), "header") << crit;
  }
  EXPECT_EQ(fault(good().with_header("x5u", "\"https://evil.example/c\"").with_header("x5c", "[\"AAAA\"]")), "");
}

TEST_F(Jwt, shapes_that_are_no_token_are_malformed_REQ_JWT_19) {
  std::string const text = good().signed_by(key_);
  ASSERT_EQ(fault(text), "");
  std::string const claims = Token::object(good().claims);
  auto const with_payload = [&](std::string const& payload) {
    std::string const input =
        certs::base64url_encode(Token::object(good().header)) + "." + certs::base64url_encode(payload);
    return input + "." + certs::base64url_encode(key_.sign("ES384", input));
  };
  ASSERT_EQ(fault(with_payload(claims)), "");
  for (std::string const& bad :
       {std::string(), std::string("."), std::string(".."), text.substr(0, text.rfind('.')), text + ".", text + "=",
        text + "\n", " " + text, "." + text, std::string(20000, 'a'), with_payload("[]"), with_payload("{"),
        with_payload("\"x\""), with_payload(claims + " x"), with_payload("{\"jti\":\"other\"," + claims.substr(1)),
        with_payload(claims.substr(0, claims.size() - 1) + R"(,"x":{"a":1,"a":2}})"),
        with_payload(std::string(40, '[') + std::string(40, ']')), with_payload("\xEF\xBB\xBF" + claims),
        with_payload(claims.substr(0, claims.size() - 1) + ",\"x\":\"\xC3\x28\"}")}) {
    EXPECT_EQ(fault(bad), "malformed") << bad.substr(0, 80);
  }
  Token twice = good();
  twice.header.emplace_back("alg", "\"ES384\"");
  EXPECT_EQ(fault(twice), "malformed");
}

TEST_F(Jwt, every_signature_but_the_right_one_is_bad_REQ_JWT_19) {
  std::string const input = good().unsigned_text();
  std::string const right = key_.sign("ES384", input);
  ASSERT_EQ(right.size(), 96);
  auto const with = [&](std::string const& signature) { return input + "." + base64url_encode(signature); };
  ASSERT_EQ(fault(with(right)), "");
  std::string flipped = right;
  flipped[50] = static_cast<char>(flipped[50] ^ 1);
  for (std::string const& wrong :
       {std::string(), flipped, right.substr(0, 95), right + right.substr(0, 1), right + std::string(1, '\0'),
        std::string(1, '\0') + right, std::string(96, '\0'), std::string(48, '\0') + right.substr(48),
        key_.sign("ES384", input, true), key_.sign("ES256", input), SigningKey::ec().sign("ES384", input),
        key_.sign("ES384", input + "x")}) {
    EXPECT_EQ(fault(with(wrong)), "bad_signature") << wrong.size();
  }
}

TEST_F(Jwt, algorithms_are_those_of_the_policy_REQ_JWT_01_JWT_02_JWT_03) {
  for (char const* name : {"none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "es384", "ES384 ", "EdDSA",
                           "ES256K", "dir", "RSA-OAEP", "A128KW"}) {
    EXPECT_EQ(fault(good().with_header("alg", "\"" + std::string(name) + "\"")), "algorithm") << name;
  }
  EXPECT_EQ(fault(good().without_header("alg")), "algorithm");
  EXPECT_EQ(fault(good().with_header("alg", "7")), "algorithm");
  EXPECT_EQ(fault(good(), {.algorithms = {Algorithm::rs384}}), "algorithm");
}

TEST(TokenFaults, have_names_of_their_own_and_show_no_control_characters) {
  EXPECT_EQ(fault_name(TokenFault::no_token), "no_token");
  EXPECT_EQ(fault_name(TokenFault::replay_full), "replay_full");
  EXPECT_EQ(fault_name(TokenFault::too_many_checks), "too_many_checks");
  EXPECT_EQ(static_cast<std::size_t>(TokenFault::too_many_checks) + 1, kTokenFaults);
  EXPECT_EQ(shown("a\r\nb\x01\xC3\xA4"), "a??b???");
  EXPECT_EQ(shown(std::string(500, 'x')).size(), 120);
}

}  // namespace
}  // namespace ivig::certs
