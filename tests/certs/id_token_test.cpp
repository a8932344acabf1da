// What an OpenID provider's ID token must say before anybody is let in.
#include "certs/id_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tokens.h"

namespace ivig::certs {
namespace {

using test::SigningKey;
using test::Token;

constexpr base::Now kNow{std::chrono::seconds(1790000000)};

class IdTokenTest : public testing::Test {
 protected:
  [[nodiscard]] Checked<IdToken> verify(Token const& token, std::string const& algorithm = "RS256") const {
    return verify_id_token(token.signed_by(key_, algorithm), *keys_, policy_, kNow);
  }
  [[nodiscard]] TokenFault fault(Token const& token) const {
    auto const said = verify(token);
    return said ? TokenFault::no_token : said.error().fault;
  }

  SigningKey key_ = SigningKey::rsa();
  base::Result<KeySet> keys_ = KeySet::parse(test::jwk_set({key_.jwk("k1")}));
  IdTokenPolicy policy_{"https://idp.example.org", "ivig-console", "nonce-1"};
  Token good_{{{"alg", "\"RS256\""}, {"kid", "\"k1\""}},
              {{"iss", "\"https://idp.example.org\""},
               {"sub", "\"u1\""},
               {"aud", "\"ivig-console\""},
               {"exp", "1790000300"},
               {"iat", "1789999990"},
               {"nonce", "\"nonce-1\""},
               {"name", "\"Anna Example\""},
               {"roles", R"(["stewards","staff"])"}}};
};

TEST_F(IdTokenTest, names_who_signed_in_and_their_roles) {
  auto const said = verify(good_);
  ASSERT_TRUE(said) << fault_name(said.error().fault) << " " << said.error().detail;
  EXPECT_EQ(said->subject, "u1");
  EXPECT_EQ(said->name, "Anna Example");
  EXPECT_THAT(said->roles, testing::ElementsAre("stewards", "staff"));
  EXPECT_EQ(verify(good_.without("name").with("email", "\"a@example.org\""))->name, "a@example.org");
  EXPECT_EQ(verify(good_.without("name"))->name, "u1");
}

TEST_F(IdTokenTest, finds_roles_where_the_provider_keeps_them) {
  policy_.roles_claim = "realm_access.roles";
  EXPECT_THAT(verify(good_.with("realm_access", R"({"roles":["stewards"]})"))->roles, testing::ElementsAre("stewards"));
  EXPECT_THAT(verify(good_)->roles, testing::IsEmpty());
  policy_.roles_claim = "https://example.org/roles";
  EXPECT_THAT(verify(good_.with("https://example.org/roles", "\"stewards\""))->roles, testing::ElementsAre("stewards"));
}

TEST_F(IdTokenTest, must_be_for_this_client_by_this_issuer_for_this_sign_in_and_of_now) {
  EXPECT_EQ(fault(good_.with("iss", "\"https://idp.example.org/\"")), TokenFault::unknown_issuer);
  EXPECT_EQ(fault(good_.with("aud", "\"another\"")), TokenFault::audience);
  EXPECT_EQ(fault(good_.without("aud")), TokenFault::audience);
  EXPECT_EQ(fault(good_.with("aud", R"(["ivig-console","another"])").with("azp", "\"another\"")), TokenFault::audience);
  EXPECT_EQ(fault(good_.with("nonce", "\"nonce-2\"")), TokenFault::claims);
  EXPECT_EQ(fault(good_.without("nonce")), TokenFault::claims);
  EXPECT_EQ(fault(good_.with("exp", "1789999900")), TokenFault::expired);
  EXPECT_EQ(fault(good_.without("exp")), TokenFault::claims);
  EXPECT_EQ(fault(good_.with("iat", "1790000100")), TokenFault::not_yet_valid);
  EXPECT_EQ(fault(good_.with("iat", "1789990000")), TokenFault::too_long_lived);
  EXPECT_EQ(fault(good_.without("sub")), TokenFault::claims);
  EXPECT_TRUE(verify(good_.with("aud", R"(["another","ivig-console"])").with("azp", "\"ivig-console\"")));
}

TEST_F(IdTokenTest, must_be_signed_by_a_key_of_the_provider) {
  auto const forged = good_.signed_by(SigningKey::rsa(), "RS256");
  EXPECT_EQ(verify_id_token(forged, *keys_, policy_, kNow).error().fault, TokenFault::bad_signature);
  EXPECT_EQ(fault(good_.with_header("kid", "\"k2\"")), TokenFault::unknown_key);
  EXPECT_EQ(fault(good_.with_header("alg", "\"none\"")), TokenFault::algorithm);
  EXPECT_EQ(fault(good_.with_header("alg", "\"HS256\"")), TokenFault::algorithm);
  EXPECT_EQ(verify_id_token("", *keys_, policy_, kNow).error().fault, TokenFault::malformed);
}

// RFC 7636, appendix B
TEST(Pkce, makes_the_challenge_of_the_specifications_example) {
  EXPECT_EQ(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace ivig::certs
