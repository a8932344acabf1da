#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

std::string condition_with(std::string const& members) {
  return "{'resourceType':'Condition','id':'c1','code':{'text':'CIDP'}" + (members.empty() ? "" : "," + members) + "}";
}

TEST(ReadCondition, CTX_19_status_words_of_every_version) {
  using enum ClinicalStatus;
  struct Case {
    char const* members;
    ClinicalStatus clinical;
  };
  Case const cases[] = {
      {"", active},
      {"'clinicalStatus':{'coding':[{'code':'active'}]}", active},
      {"'clinicalStatus':{'coding':[{'code':'local'},{'code':'resolved'}]}", inactive},
      {"'clinicalStatus':'active'", active},
      {"'clinicalStatus':'relapse'", active},
      {"'clinicalStatus':{'coding':[{'code':'recurrence'}]}", active},
      {"'clinicalStatus':'remission'", remission},
      {"'clinicalStatus':'inactive'", inactive},
      {"'clinicalStatus':'resolved'", inactive},
      {"'clinicalStatus':{'text':'Resolved'}", inactive},
      {"'clinicalStatus':[{'coding':[{'code':'resolved'}]}]", inactive},
      {"'clinicalStatus':{'extension':[]}", active},
      {"'clinicalStatus':5", active},
      {"'abatementDateTime':'2020'", inactive},
      {"'abatementAge':{'value':30}", inactive},
      {"'abatementAge':{'extension':[]}", active},
      {"'abatementPeriod':{'end':'2020-02'}", inactive},
      {"'abatementPeriod':{}", active},
      {"'abatementString':'last year'", inactive},
      {"'abatementBoolean':true", inactive},
      {"'abatementBoolean':false", active},
      {"'clinicalStatus':'active','abatementDateTime':'2020'", active},
      {"'clinicalStatus':'remission','abatementBoolean':true", remission},
  };
  Texts texts;
  for (Case const& c : cases) {
    Chart const chart = texts.chart(condition_with(c.members));
    ASSERT_EQ(chart.conditions.size(), 1U) << c.members;
    EXPECT_EQ(chart.conditions[0].clinical, c.clinical) << c.members;
  }
}

TEST(ReadCondition, verification_words_and_what_is_never_read) {
  using enum VerificationStatus;
  struct Case {
    char const* members;
    int read;
    VerificationStatus verification;
  };
  Case const cases[] = {
      {"", 1, confirmed},
      {"'verificationStatus':{'coding':[{'code':'confirmed'}]}", 1, confirmed},
      {"'verificationStatus':'provisional'", 1, provisional},
      {"'verificationStatus':'differential'", 1, provisional},
      {"'verificationStatus':{'coding':[{'code':'unconfirmed'}]}", 1, provisional},
      {"'verificationStatus':'refuted'", 1, refuted},
      {"'verificationStatus':'unknown'", 1, confirmed},
      {"'verificationStatus':'entered-in-error'", 0, confirmed},
      {"'verificationStatus':{'coding':[{'code':'entered-in-error'}]}", 0, confirmed},
      {"'subject':{'reference':'Patient/p2'}", 0, confirmed},
      {"'subject':{'reference':'http://x/Patient/p1'}", 1, confirmed},
  };
  Texts texts;
  for (Case const& c : cases) {
    Chart const chart = texts.chart(condition_with(c.members));
    ASSERT_EQ(static_cast<int>(chart.conditions.size()), c.read) << c.members;
    if (c.read == 1) {
      EXPECT_EQ(chart.conditions[0].verification, c.verification) << c.members;
    }
  }
}

TEST(ReadCondition, reads_severity_stages_notes_and_days) {
  Texts texts;
  Chart const chart = texts.chart(condition_with(
      R"('severity':{'coding':[{'code':'24484000','display':'Severe'}]},
         'stage':[{'summary':{'text':'MGFA IIIb'}},{'type':{}},5],
         'note':[{'text':'worsening'},{'text':''},'plain'],'notes':'old form',
         'onsetPeriod':{'start':'2024-03'},'recordedDate':'2024-04-05T10:00:00Z','abatementDateTime':'2025-01-02')"));
  Condition const& condition = chart.conditions.at(0);
  EXPECT_EQ(condition.id, "c1");
  EXPECT_EQ(condition.path, "Condition/c1");
  EXPECT_EQ(shown(condition.code), "/ CIDP");
  EXPECT_EQ(condition.severity, "Severe");
  EXPECT_EQ(condition.stages, (std::vector<std::string_view>{"MGFA IIIb"}));
  EXPECT_EQ(condition.notes, (std::vector<std::string_view>{"worsening", "plain", "old form"}));
  EXPECT_EQ(condition.onset, day(2024, 3, 1));
  EXPECT_EQ(condition.recorded, day(2024, 4, 5));
  EXPECT_EQ(condition.abatement, day(2025, 1, 2));
}

TEST(ReadCondition, family_history_is_not_a_condition) {
  Texts texts;
  Chart const chart = texts.chart("{'resourceType':'FamilyMemberHistory','condition':[{'code':{'text':'CIDP'}}]}");
  EXPECT_TRUE(chart.conditions.empty());
}

TEST(ReadPatient, PREF_16_reads_the_patient_with_or_without_id_but_no_other) {
  Texts texts;
  Patient const with =
      texts.chart("{'resourceType':'Patient','id':'p1','birthDate':'1960-02','gender':'female'}").patient;
  EXPECT_EQ(with.birth_date, day(1960, 2, 1));
  EXPECT_EQ(with.sex, Sex::female);
  EXPECT_EQ(texts.chart("{'resourceType':'Patient','gender':'male'}").patient.sex, Sex::male);
  EXPECT_EQ(texts.chart("{'resourceType':'Patient','id':'p2','gender':'male'}").patient.sex, Sex::unknown);
  EXPECT_EQ(texts.chart("{'resourceType':'Patient','gender':5,'birthDate':{}}").patient.sex, Sex::unknown);
}

}  // namespace
}  // namespace ivig::fhir
