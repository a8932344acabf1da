#include "certs/trust_policy.h"

#include <gtest/gtest.h>

#include <string>

namespace ivig::certs {
namespace {

TrustedClient client(std::string name, std::string issuer, std::vector<std::string> jku = {},
                     std::vector<std::string> tenants = {}) {
  TrustedClient made{.name = std::move(name), .issuer = std::move(issuer), .jku = std::move(jku)};
  made.token.tenants = std::move(tenants);
  return made;
}

/// "NAME URL", "NAME file", or the name of the fault.
std::string chosen(TrustPolicy const& policy, KeyHint const& hint) {
  auto const found = policy.choose(hint);
  if (!found) return std::string(fault_name(found.error().fault));
  return policy.clients()[found->index].name + " " + found->url.value_or("file");
}

TEST(TrustPolicy, issuers_are_compared_byte_for_byte_REQ_JWT_09_AUTH_04) {
  TrustPolicy const policy({client("a", "https://ehr.example.org/fhir")});
  EXPECT_EQ(chosen(policy, {"https://ehr.example.org/fhir", "", {}}), "a file");
  for (char const* other : {"https://ehr.example.org/fhir/", "https://EHR.example.org/fhir",
                            "http://ehr.example.org/fhir", "https://ehr.example.org", "", "*"}) {
    EXPECT_EQ(chosen(policy, {other, "", {}}), "unknown_issuer") << other;
  }
}

TEST(TrustPolicy, a_jku_must_be_on_the_list_REQ_JWT_16) {
  TrustPolicy const policy({client("one", "i1", {"https://a.example/k"}),
                            client("two", "i2", {"https://a.example/k", "https://b.example/k"}), client("file", "i3")});
  EXPECT_EQ(chosen(policy, {"i1", "", "https://a.example/k"}), "one https://a.example/k");
  EXPECT_EQ(chosen(policy, {"i2", "", "https://b.example/k"}), "two https://b.example/k");
  for (char const* other :
       {"https://b.example/k", "https://a.example/k/", "https://a.example/k?", "https://A.example/k",
        "http://a.example/k", "https://a.example:443/k", "https://a.example/k#x", ""}) {
    EXPECT_EQ(chosen(policy, {"i1", "", other}), "jku_not_listed") << other;
  }
  EXPECT_EQ(chosen(policy, {"i3", "", "https://evil.example/k"}), "jku_not_listed");
}

TEST(TrustPolicy, with_keys_from_a_file_nothing_is_fetched_and_the_list_says_what_a_token_may_name_REQ_JWT_15) {
  TrustedClient both = client("both", "i", {"https://a.example/k"});
  both.keys = std::make_shared<KeySet const>();
  TrustPolicy const policy({both});
  EXPECT_EQ(chosen(policy, {"i", "", {}}), "both file");
  EXPECT_EQ(chosen(policy, {"i", "", "https://a.example/k"}), "both file");
  EXPECT_EQ(chosen(policy, {"i", "", "https://b.example/k"}), "jku_not_listed");
}

TEST(TrustPolicy, without_a_jku_the_keys_are_where_it_was_agreed_REQ_JWT_15) {
  TrustPolicy const policy({client("one", "i1", {"https://a.example/k"}),
                            client("two", "i2", {"https://a.example/k", "https://b.example/k"}), client("file", "i3")});
  EXPECT_EQ(chosen(policy, {"i1", "", {}}), "one https://a.example/k");
  EXPECT_EQ(chosen(policy, {"i2", "", {}}), "jku_not_listed");
  EXPECT_EQ(chosen(policy, {"i3", "", {}}), "file file");
}

TEST(TrustPolicy, clients_of_one_issuer_are_told_apart_by_tenant_and_jku_REQ_JWT_13) {
  TrustPolicy const policy({client("north", "i", {"https://n.example/k"}, {"n"}),
                            client("south", "i", {"https://s.example/k"}, {"s"}),
                            client("east", "i", {"https://n.example/k"}, {"e"})});
  EXPECT_EQ(chosen(policy, {"i", "n", "https://n.example/k"}), "north https://n.example/k");
  EXPECT_EQ(chosen(policy, {"i", "e", "https://n.example/k"}), "east https://n.example/k");
  EXPECT_EQ(chosen(policy, {"i", "s", "https://s.example/k"}), "south https://s.example/k");
  EXPECT_EQ(chosen(policy, {"i", "s", "https://n.example/k"}), "north https://n.example/k") << "refused later: tenant";
  EXPECT_EQ(chosen(policy, {"i", "n", "https://x.example/k"}), "jku_not_listed");
}

}  // namespace
}  // namespace ivig::certs
