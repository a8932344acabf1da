#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

std::string allergy_with(std::string const& members) {
  return "{'resourceType':'AllergyIntolerance','id':'a1'," + members + "}";
}

TEST(ReadAllergy, refuted_and_mistaken_ones_are_not_read_resolved_ones_are_marked) {
  struct Case {
    char const* members;
    int read;
    bool resolved;
  };
  Case const cases[] = {
      {"'code':{'text':'x'}", 1, false},
      {"'verificationStatus':{'coding':[{'code':'confirmed'}]},'clinicalStatus':{'coding':[{'code':'active'}]}", 1,
       false},
      {"'verificationStatus':{'coding':[{'code':'refuted'}]}", 0, false},
      {"'verificationStatus':'entered-in-error'", 0, false},
      {"'clinicalStatus':{'coding':[{'code':'resolved'}]}", 1, true},
      {"'clinicalStatus':'inactive'", 1, true},
      {"'status':'refuted'", 0, false},
      {"'status':'entered-in-error'", 0, false},
      {"'status':'resolved'", 1, true},
      {"'patient':{'reference':'Patient/p2'}", 0, false},
  };
  Texts texts;
  for (Case const& c : cases) {
    Chart const chart = texts.chart(allergy_with(c.members));
    ASSERT_EQ(static_cast<int>(chart.allergies.size()), c.read) << c.members;
    if (c.read == 1) {
      EXPECT_EQ(chart.allergies[0].resolved, c.resolved) << c.members;
    }
  }
}

TEST(ReadAllergy, reads_the_spellings_of_every_version) {
  Texts texts;
  for (char const* members :
       {"'code':{'text':'immune globulin'},'criticality':'high','type':'allergy','reaction':[{'manifestation':"
        "[{'text':'Anaphylaxis'}],'severity':'severe','substance':{'text':'Privigen'},'description':'d'}],"
        "'note':[{'text':'n'}]",
        "'substance':{'text':'immune globulin'},'criticality':'CRITH','type':'allergy','reaction':{'manifestation':"
        "{'text':'Anaphylaxis'},'severity':'severe','substance':{'text':'Privigen'},'description':'d'},"
        "'note':{'text':'n'}",
        "'code':{'text':'immune globulin'},'criticality':'high','type':{'coding':[{'code':'allergy'}]},'reaction':["
        "{'manifestation':[{'concept':{'text':'Anaphylaxis'}}],'severity':'severe','substance':{'text':'Privigen'},"
        "'description':'d'}],'note':'n'"}) {
    Allergy const read = texts.chart(allergy_with(members)).allergies.at(0);
    EXPECT_EQ(shown(read.code), "/ immune globulin") << members;
    EXPECT_EQ(read.criticality, "high") << members;
    EXPECT_EQ(read.type, "allergy") << members;
    ASSERT_EQ(read.reactions.size(), 1U) << members;
    Allergy::Reaction const& reaction = read.reactions[0];
    EXPECT_EQ(shown(reaction.manifestations.at(0)), "/ Anaphylaxis") << members;
    EXPECT_EQ(reaction.severity, "severe") << members;
    EXPECT_EQ(shown(reaction.substance), "/ Privigen") << members;
    EXPECT_EQ(reaction.description, "d") << members;
    EXPECT_EQ(read.notes.size(), 1U) << members;
    EXPECT_EQ(read.path, "AllergyIntolerance/a1") << members;
  }
}

}  // namespace
}  // namespace ivig::fhir
