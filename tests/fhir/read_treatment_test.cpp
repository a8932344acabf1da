#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

TEST(ReadTreatment, status_says_not_taken_whatever_the_version) {
  struct Case {
    char const* json;
    char const* status;
  };
  Case const cases[] = {
      {"{'resourceType':'MedicationStatement','status':'active'}", "active"},
      {"{'resourceType':'MedicationStatement','status':'not-taken'}", "not-taken"},
      {"{'resourceType':'MedicationStatement','status':'active','taken':'n'}", "not-taken"},
      {"{'resourceType':'MedicationStatement','status':'active','taken':'y'}", "active"},
      {"{'resourceType':'MedicationStatement','status':'completed','wasNotTaken':true}", "not-taken"},
      {"{'resourceType':'MedicationStatement','wasNotTaken':false,'status':'completed'}", "completed"},
      {"{'resourceType':'MedicationStatement','status':'recorded','adherence':{'code':{'coding':[{'code':'not-taking'}"
       "]}}}",
       "not-taken"},
      {"{'resourceType':'MedicationAdministration','status':'completed','notGiven':true}", "not-done"},
      {"{'resourceType':'MedicationAdministration','status':'stopped'}", "stopped"},
      {"{'resourceType':'Procedure','status':'completed','notDone':true}", "not-done"},
      {"{'resourceType':'MedicationRequest','status':'on-hold'}", "on-hold"},
      {"{'resourceType':'MedicationUsage','status':'recorded'}", "recorded"},
      {"{'resourceType':'Procedure'}", ""},
  };
  Texts texts;
  for (Case const& c : cases) {
    Chart const chart = texts.chart(c.json);
    ASSERT_EQ(chart.treatments.size(), 1U) << c.json;
    EXPECT_EQ(chart.treatments[0].status, c.status) << c.json;
  }
}

TEST(ReadTreatment, what_is_no_treatment_is_not_read) {
  Texts texts;
  for (char const* json :
       {"{'resourceType':'MedicationRequest','status':'entered-in-error'}",
        "{'resourceType':'Procedure','status':'entered-in-error'}",
        "{'resourceType':'MedicationRequest','doNotPerform':true}",
        "{'resourceType':'Procedure','subject':{'reference':'Patient/p2'}}", "{'resourceType':'Immunization'}",
        "{'resourceType':'DiagnosticReport'}", "{'resourceType':5}", "{}", "[]", "null", "'x'"}) {
    EXPECT_TRUE(texts.chart(json).treatments.empty()) << json;
  }
}

TEST(ReadTreatment, span_is_read_from_every_spelling) {
  struct Case {
    char const* members;
    std::optional<base::Day> start, end;
  };
  auto const jan = day(2026, 1, 2);
  auto const feb = day(2026, 2, 3);
  Case const cases[] = {
      {"'effectiveDateTime':'2026-01-02'", jan, {}},
      {"'effectivePeriod':{'start':'2026-01-02','end':'2026-02-03'}", jan, feb},
      {"'performedDateTime':'2026-01-02'", jan, {}},
      {"'performedPeriod':{'start':'2026-01-02','end':'2026-02-03'}", jan, feb},
      {"'occurrenceDateTime':'2026-01-02'", jan, {}},
      {"'occurencePeriod':{'start':'2026-01-02'}", jan, {}},
      {"'effectiveTimePeriod':{'end':'2026-02-03'}", {}, feb},
      {"'authoredOn':'2026-01-02'", jan, {}},
      {"'dateWritten':'2026-01-02','dateEnded':'2026-02-03'", jan, feb},
      {"'dateAsserted':'2026-01-02'", jan, {}},
      {"'effectiveDateTime':'2026-01-02','dateAsserted':'2026-02-03'", jan, {}},
      {"'effectiveDateTime':{}", {}, {}},
  };
  Texts texts;
  for (Case const& c : cases) {
    Treatment const read =
        texts.chart("{'resourceType':'MedicationStatement'," + std::string(c.members) + "}").treatments.at(0);
    EXPECT_EQ(read.start, c.start) << c.members;
    EXPECT_EQ(read.end, c.end) << c.members;
  }
}

TEST(ReadTreatment, reads_drug_reasons_status_reasons_outcome_notes_and_dosages) {
  Texts texts;
  ResourceIndex index;
  index.add(texts("{'resourceType':'Medication','id':'m1','code':{'coding':[{'code':'rx'}]}}"), "");
  index.add(texts("{'resourceType':'Condition','id':'c1','code':{'text':'CIDP'}}"), "");
  Chart chart;
  read_into_chart(texts(R"({'resourceType':'MedicationStatement','id':'t1','intent':'order',
      'medicationReference':{'reference':'Medication/m1','display':'prednisone'},
      'statusReason':[{'text':'side effects'}],'reasonNotTaken':{'text':'declined'},
      'reasonCode':{'text':'weakness'},'reasonReference':[{'reference':'Condition/c1'},{'display':'CIDP, shown'}],
      'note':{'text':'n'},'dosage':[{'text':'daily'},5]})"),
                  "p1", index, chart);
  read_into_chart(texts(R"({'resourceType':'Procedure','code':{'text':'Plasmapheresis'},'outcome':{'text':'improved'},
      'statusReason':{'text':'s'}})"),
                  "p1", index, chart);
  ASSERT_EQ(chart.treatments.size(), 2U);
  Treatment const& drug = chart.treatments[0];
  EXPECT_EQ(drug.path, "MedicationStatement/t1");
  EXPECT_EQ(drug.resource_type, "MedicationStatement");
  EXPECT_EQ(shown(drug.what), "|rx| / prednisone");
  ASSERT_EQ(drug.status_reasons.size(), 2U);
  EXPECT_EQ(shown(drug.status_reasons[1]), "/ declined");
  ASSERT_EQ(drug.reasons.size(), 3U);
  EXPECT_EQ(shown(drug.reasons[1]), "/ CIDP");
  EXPECT_EQ(shown(drug.reasons[2]), "/ CIDP, shown");
  EXPECT_EQ(drug.notes.size(), 1U);
  EXPECT_EQ(drug.dosages.size(), 1U);
  EXPECT_EQ(shown(chart.treatments[1].what), "/ Plasmapheresis");
  EXPECT_EQ(shown(chart.treatments[1].outcomes.at(0)), "/ improved");
}

}  // namespace
}  // namespace ivig::fhir
