#include "certs/jwks.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/tokens.h"

namespace ivig::certs {
namespace {

using test::jwk_set;
using test::SigningKey;

KeySet parsed(std::string const& json) {
  auto set = KeySet::parse(json);
  EXPECT_TRUE(set) << set.error().where << " " << set.error().detail;
  return set ? *std::move(set) : KeySet();
}

TEST(Jwks, a_key_serves_the_algorithms_of_its_type_curve_and_alg_REQ_JWT_03) {
  KeySet const keys = parsed(jwk_set({SigningKey::ec("P-384").jwk("ec384"), SigningKey::ec("P-256").jwk("ec256"),
                                      SigningKey::ec("P-521").jwk("ec521"), SigningKey::rsa().jwk("rsa"),
                                      SigningKey::rsa().jwk("rs384", R"(,"alg":"RS384")")}));
  struct Case {
    char const* kid;
    Algorithm algorithm;
    bool fits;
  };
  for (Case const& c : {Case{"ec384", Algorithm::es384, true}, Case{"ec384", Algorithm::es256, false},
                        Case{"ec384", Algorithm::rs384, false}, Case{"ec256", Algorithm::es256, true},
                        Case{"ec256", Algorithm::es384, false}, Case{"ec521", Algorithm::es512, true},
                        Case{"rsa", Algorithm::rs256, true}, Case{"rsa", Algorithm::rs384, true},
                        Case{"rsa", Algorithm::ps256, true}, Case{"rsa", Algorithm::es384, false},
                        Case{"rs384", Algorithm::rs384, true}, Case{"rs384", Algorithm::ps384, false}}) {
    auto const found = keys.find(c.kid, c.algorithm);
    EXPECT_EQ(found.has_value(), c.fits) << c.kid << " " << algorithm_name(c.algorithm);
    if (!found) {
      EXPECT_EQ(found.error().fault, TokenFault::key_mismatch);
    }
  }
  EXPECT_EQ(keys.find("EC384", Algorithm::es384).error().fault, TokenFault::unknown_key);
}

TEST(Jwks, kids_are_compared_byte_for_byte_REQ_JWT_05) {
  KeySet const keys = parsed(jwk_set({SigningKey::ec().jwk("a+b/c=")}));
  EXPECT_TRUE(keys.find("a+b/c=", Algorithm::es384));
  for (char const* other : {"a b/c=", "a-b_c", "a+b/c", "A+b/c=", "a%2Bb/c="}) EXPECT_FALSE(keys.has(other)) << other;
}

TEST(Jwks, two_keys_may_share_a_kid_if_their_types_differ) {
  KeySet const keys = parsed(jwk_set({SigningKey::rsa().jwk("k"), SigningKey::ec().jwk("k")}));
  EXPECT_TRUE(keys.find("k", Algorithm::es384));
  EXPECT_TRUE(keys.find("k", Algorithm::rs384));
}

TEST(Jwks, unusable_keys_are_kept_apart_with_the_reason_REQ_JWT_02_JWT_19) {
  std::string const good = SigningKey::ec().jwk("k");
  auto const altered = [&good](std::string const& from, std::string const& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  struct Case {
    std::string jwk, why;
  };
  for (Case const& c :
       {Case{SigningKey::rsa(1024).jwk("k"), "1024 bits"},
        Case{R"({"kid":"k","kty":"oct","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"})", "key type"},
        Case{R"({"kid":"k","kty":"OKP","crv":"Ed25519","x":"AAAA"})", "key type"},
        Case{altered("P-384", "P-256"), "length"}, Case{altered("P-384", "secp256k1"), "curve"},
        Case{altered("\"x\":\"", "\"x\":\"="), "base64url"}, Case{altered("\"x\":\"", "\"z\":\""), "length"},
        Case{SigningKey::ec().jwk("k", R"(,"use":"enc")"), "not meant"},
        Case{SigningKey::ec().jwk("k", R"(,"key_ops":["sign"])"), "not meant"},
        Case{SigningKey::ec().jwk("k", R"(,"alg":"HS256")"), "alg"},
        Case{R"({"kid":"k","kty":"EC","crv":"P-384","x":")" + std::string(64, 'A') + R"(","y":")" +
                 std::string(64, 'A') + "\"}",
             "cannot be read"}}) {
    KeySet const keys = parsed(jwk_set({c.jwk}));
    ASSERT_EQ(keys.keys().size(), 1) << c.jwk;
    EXPECT_FALSE(keys.keys()[0].key) << c.jwk;
    EXPECT_NE(keys.keys()[0].unusable.find(c.why), std::string::npos) << keys.keys()[0].unusable;
    EXPECT_NE(keys.why_unusable(), "");
    auto const found = keys.find("k", Algorithm::es384);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().fault, TokenFault::key_mismatch);
    // A good neighbour is not spoilt.
    EXPECT_TRUE(parsed(jwk_set({c.jwk, SigningKey::ec().jwk("good")})).find("good", Algorithm::es384));
  }
  EXPECT_TRUE(parsed(jwk_set({SigningKey::ec().jwk("k", R"(,"use":"sig","key_ops":["verify"],"alg":"ES384")")}))
                  .find("k", Algorithm::es384));
}

TEST(Jwks, an_exponent_of_one_is_refused) {
  std::string text = SigningKey::rsa().jwk("k");
  text.replace(text.find("\"e\":\"AQAB\""), 10, "\"e\":\"AQ\"");
  EXPECT_FALSE(parsed(jwk_set({text})).keys()[0].key);
}

TEST(Jwks, an_empty_set_is_one_and_what_is_none_is_refused_REQ_JWT_17) {
  EXPECT_NE(parsed(R"({"keys":[]})").why_unusable(), "");
  EXPECT_NE(parsed(R"({"keys":[{"kty":"EC"},7,null]})").why_unusable(), "");
  for (char const* json : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":7})", "<html>", R"({"keys":[]} x)"}) {
    EXPECT_FALSE(KeySet::parse(json)) << json;
  }
  std::string many;
  for (std::size_t i = 0; i <= KeySet::kMaxKeys; ++i) many += ",{}";
  EXPECT_FALSE(KeySet::parse("{\"keys\":[" + many.substr(1) + "]}"));
}

}  // namespace
}  // namespace ivig::certs
