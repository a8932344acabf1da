#include "tests/fhir/parsed.h"

namespace ivig::fhir {
namespace {

std::string observation_with(std::string const& members) {
  return "{'resourceType':'Observation','id':'o1','code':{'text':'IgA'}" + (members.empty() ? "" : "," + members) + "}";
}

TEST(ReadObservation, status_decides_whether_it_is_read) {
  struct Case {
    char const* status;
    int read;
    bool pending;
  };
  Case const cases[] = {{"'final'", 1, false},       {"'amended'", 1, false},          {"'corrected'", 1, false},
                        {"'preliminary'", 1, false}, {"'unknown'", 1, false},          {"'registered'", 1, true},
                        {"'cancelled'", 0, false},   {"'entered-in-error'", 0, false}, {"'Final'", 1, false},
                        {"null", 1, false},          {"{'extension':[]}", 1, false}};
  Texts texts;
  for (Case const& c : cases) {
    Chart const chart = texts.chart(observation_with("'status':" + std::string(c.status)));
    ASSERT_EQ(static_cast<int>(chart.observations.size()), c.read) << c.status;
    if (c.read == 1) {
      EXPECT_EQ(chart.observations[0].pending, c.pending) << c.status;
    }
  }
}

TEST(ReadObservation, value_in_every_common_form) {
  struct Case {
    char const* members;
    char const* number;
    char const* text;
    char const* code;
  };
  Case const cases[] = {
      {"'valueQuantity':{'value':7,'unit':'mg/dL','comparator':'<'}", "7", "", ""},
      {"'valueQuantity':{'unit':'mg/dL'}", "-", "", ""},
      {"'valueInteger':3", "3", "", ""},
      {"'valueDecimal':3.5", "3.5", "", ""},
      {"'valueString':'positive'", "-", "positive", ""},
      {"'valueCodeableConcept':{'coding':[{'code':'pos'}],'text':'Positive'}", "-", "", "|pos| / Positive"},
      {"'valueCodeableConcept':'Positive'", "-", "", "/ Positive"},
      {"'valueRatio':{'numerator':{'value':1},'denominator':{'value':80}}", "80", "", ""},
      {"'valueRatio':{'numerator':{'value':30,'unit':'mg'},'denominator':{'value':1,'unit':'g'}}", "-", "", ""},
      {"'valueQuantity':{'value':7},'dataAbsentReason':{'text':'error'}", "-", "", ""},
      {"'dataAbsentReason':{'coding':[{'code':'unknown'}]}", "-", "", ""},
      {"'valueQuantity':5", "-", "", ""},
      {"'valueString':{}", "-", "", ""},
      {"", "-", "", ""},
  };
  Texts texts;
  for (Case const& c : cases) {
    Chart const chart = texts.chart(observation_with(c.members));
    ASSERT_EQ(chart.observations.size(), 1U) << c.members;
    Observation const& read = chart.observations[0];
    EXPECT_EQ(read.quantity ? read.quantity->value->short_text() : "-", c.number) << c.members;
    EXPECT_EQ(read.value_text, c.text) << c.members;
    EXPECT_EQ(shown(read.value_concept), c.code) << c.members;
  }
  EXPECT_EQ(texts.chart(observation_with("'valueBoolean':true")).observations[0].value_boolean, true);
}

TEST(ReadObservation, day_falls_back_from_effective_to_issued) {
  struct Case {
    char const* members;
    base::Day day;
  };
  Case const cases[] = {
      {"'effectiveDateTime':'2026-01-02','issued':'2026-01-09T00:00:00Z'", day(2026, 1, 2)},
      {"'effectivePeriod':{'start':'2026-01-01','end':'2026-01-03'}", day(2026, 1, 3)},
      {"'effectivePeriod':{'start':'2026-01-01'}", day(2026, 1, 1)},
      {"'effectiveInstant':'2026-01-04T00:00:00Z'", day(2026, 1, 4)},
      {"'effectiveDateTime':'rubbish','issued':'2026-01-09T00:00:00Z'", day(2026, 1, 9)},
  };
  Texts texts;
  for (Case const& c : cases) {
    EXPECT_EQ(texts.chart(observation_with(c.members)).observations.at(0).effective, c.day) << c.members;
  }
}

TEST(ReadObservation, components_become_observations_of_their_own) {
  Texts texts;
  Chart const chart = texts.chart(observation_with(
      R"('status':'registered','effectiveDateTime':'2026-01-02','valueString':'see below','note':[{'text':'n'}],
         'component':[5,{'code':{'text':'anti-GM1'},'valueString':'positive','interpretation':{'text':'H'}},
                      {'code':{'text':'anti-MAG'},'dataAbsentReason':{'text':'x'},'valueString':'y'}])"));
  ASSERT_EQ(chart.observations.size(), 3U);
  Observation const& first = chart.observations[1];
  EXPECT_EQ(first.path, "Observation/o1.component[1]");
  EXPECT_EQ(shown(first.code), "/ anti-GM1");
  EXPECT_EQ(first.value_text, "positive");
  EXPECT_EQ(first.interpretations.size(), 1U);
  EXPECT_EQ(first.effective, day(2026, 1, 2));
  EXPECT_TRUE(first.pending);
  EXPECT_TRUE(first.notes.empty());
  EXPECT_EQ(chart.observations[2].value_text, "");
  EXPECT_EQ(chart.observations[0].notes.size(), 1U);
}

TEST(ReadObservation, CTX_13_reads_interpretation_range_and_comment_of_either_shape) {
  Texts texts;
  for (char const* members :
       {"'interpretation':[{'coding':[{'code':'L'}]}],'referenceRange':[{'low':{'value':70},'high':{'value':400}}],"
        "'note':[{'text':'n'}]",
        "'interpretation':{'coding':[{'code':'L'}]},'referenceRange':{'low':{'value':70},'high':{'value':400}},"
        "'comments':'n'"}) {
    Observation const read = texts.chart(observation_with(members)).observations.at(0);
    EXPECT_EQ(read.interpretations.size(), 1U) << members;
    ASSERT_TRUE(read.reference_low && read.reference_high) << members;
    EXPECT_EQ(read.reference_low->value->text(), "70") << members;
    EXPECT_EQ(read.reference_high->value->text(), "400") << members;
    EXPECT_EQ(read.notes, (std::vector<std::string_view>{"n"})) << members;
  }
}

}  // namespace
}  // namespace ivig::fhir
