// Which codes a value set stands for: what its filters ask for is honoured, or the set is refused.

#include "fhir/value_set.h"

#include <gtest/gtest.h>

#include "fhir/terminology.h"
#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

constexpr char const* kIcd = "http://hl7.org/fhir/sid/icd-10-cm";
constexpr char const* kSnomed = "http://snomed.info/sct";

/// A set with this `compose`, as the rule set would load it.
base::Result<ValueSet> read(std::string const& compose) {
  Texts texts;
  return ValueSet::read(texts("{'resourceType':'ValueSet','id':'s','compose':" + compose + "}"), "s.json");
}

std::string include(std::string const& system, std::string const& members) {
  return "{'include':[{'system':'" + system + "'," + members + "}]}";
}

bool holds(ValueSet set, std::string_view code) {
  Terminology const terms({std::move(set)});
  std::vector<CodeMatch> found;
  Coding coding;
  coding.system = kIcd;
  coding.code = code;
  terms.find(coding, found);
  return !found.empty();
}

TEST(ValueSetFilter, a_family_of_the_ICD_is_every_code_that_begins_with_it) {
  auto const set = read(include(kIcd, "'filter':[{'property':'concept','op':'is-a','value':'I26'}]"));
  ASSERT_TRUE(set.has_value());
  EXPECT_TRUE(holds(*set, "I26.99"));
  EXPECT_FALSE(holds(*set, "I27.0"));
}

TEST(ValueSetFilter, a_regex_that_is_the_start_of_codes_is_honoured) {
  auto const set = read(include(kIcd, "'filter':[{'property':'code','op':'regex','value':'O.*'}]"));
  ASSERT_TRUE(set.has_value());
  EXPECT_TRUE(holds(*set, "O26.891"));
  EXPECT_FALSE(holds(*set, "P07"));
}

TEST(ValueSetFilter, what_it_cannot_honour_is_refused_and_said) {
  struct Refused {
    std::string compose, why;
  };
  for (auto const& [compose, why] : std::vector<Refused>{
           {include(kIcd, "'filter':[{'property':'code','op':'regex','value':'O[0-4].*'}]"), "a regex may only be"},
           {include(kIcd, "'filter':[{'property':'code','op':'regex','value':'.*'}]"), "a regex may only be"},
           {include(kIcd, "'filter':[{'property':'concept','op':'descendent-of','value':'I26'}]"), "descendent-of"},
           {include(kSnomed, "'filter':[{'property':'concept','op':'is-a','value':'59282003'}]"), "for the ICD alone"},
           {include(kIcd, "'valueSet':['urn:x']"), "valueSet is not read"},
           {"{'include':[{'system':'http://loinc.org'}]}", "needs concept or filter"},
           {"{'include':[],'exclude':[{'system':'http://loinc.org','concept':[{'code':'1'}]}]}", "is not read"}}) {
    auto const set = read(compose);
    ASSERT_FALSE(set.has_value()) << compose;
    EXPECT_EQ(set.error().code, base::Errc::invalid_rules);
    EXPECT_NE(set.error().detail.find(why), std::string::npos) << set.error().detail;
    EXPECT_NE(set.error().where.find("s.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace ivig::fhir
