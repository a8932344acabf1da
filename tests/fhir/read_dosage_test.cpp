#include <gtest/gtest.h>

#include "fhir/dosage.h"
#include "tests/fhir/parsed.h"
#include "tests/fhir/shown_dose.h"

namespace ivig::fhir {
namespace {

std::string read(std::string const& dosage) {
  Texts texts;
  Dosage const result = read_dosage(texts("{" + dosage + "}"), {"ivig"});
  std::string out;
  for (auto const& phase : result.phases) out += (out.empty() ? "" : " then ") + shown(phase);
  if (out.empty()) {
    return result.gap == DoseGap::absent          ? "absent"
           : result.gap == DoseGap::contradictory ? "contradictory"
                                                  : "unknown";
  }
  return out + (result.from_text ? " (text)" : "");
}

std::string const kDaily = "'timing':{'repeat':{'frequency':1,'period':1,'periodUnit':'d','count':5}}";
std::string const kDose =
    "'doseQuantity':{'value':0.4,'unit':'g/kg','system':'http://unitsofmeasure.org','code':'g/kg'}";

TEST(ReadDosage, CTX_13_reads_the_dose_where_each_version_has_it) {
  EXPECT_EQ(read("'doseAndRate':[{" + kDose + "}]," + kDaily), "0.4 g/kg day times 5");
  EXPECT_EQ(read("'doseAndRate':{" + kDose + "}," + kDaily), "0.4 g/kg day times 5");
  EXPECT_EQ(read(kDose + "," + kDaily), "0.4 g/kg day times 5");  // STU3, DSTU2
  EXPECT_EQ(read("'doseSimpleQuantity':{'value':35,'unit':'g'}," + kDaily), "35 g day times 5");
  EXPECT_EQ(read("'doseRange':{'low':{'value':1,'unit':'g/kg'},'high':{'value':2,'unit':'g/kg'}}"), "1-2 g/kg each");
  EXPECT_EQ(read("'doseRange':{'low':{'value':1},'high':{'value':2,'unit':'g/kg'}}"), "1-2 g/kg each");
  EXPECT_EQ(read("'doseQuantity':{'value':1,'unit':'g'},"
                 "'timing':{'repeat':{'frequency':1,'period':3,'periodUnits':'wk'}}"),
            "1 g each every 30240");
}

TEST(ReadDosage, CTX_11_believes_the_ordered_dose) {
  auto typed = [](char const* type, char const* value) {
    return std::string("{'type':{'coding':[{'system':'http://epic.com/CodeSystem/dose-rate-type','code':'") + type +
           "'}]},'doseQuantity':{'value':" + value + ",'unit':'g','code':'g','system':'http://unitsofmeasure.org'}}";
  };
  EXPECT_EQ(read("'doseAndRate':[" + typed("calculated", "34.8") + "," + typed("ordered", "35") + "," +
                 typed("admin-amount", "36") + "]," + kDaily),
            "35 g day times 5");
  EXPECT_EQ(read("'doseAndRate':[" + typed("calculated", "34.8") + "]," + kDaily), "34.8 g day times 5");
  EXPECT_EQ(read("'doseAndRate':[{'doseQuantity':{'value':1,'unit':'g'}},{'doseQuantity':{'value':2,'unit':'g'}}],"
                 "'text':'2 g/kg over 5 days'"),
            "contradictory");
  EXPECT_EQ(read("'doseAndRate':[{'doseQuantity':{'value':1,'unit':'g'}},{'doseQuantity':{'value':1.0,'unit':'gm'}}]"),
            "1 g each");
}

TEST(ReadDosage, CTX_12_an_unknown_unit_gives_no_dose) {
  EXPECT_EQ(read("'doseQuantity':{'value':1,'unit':'gm'}"), "1 g each");
  EXPECT_EQ(read("'doseQuantity':{'value':1,'unit':'vial'}"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':1,'code':'{pill}','system':'http://unitsofmeasure.org'}"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':1}"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':2,'unit':'mL/h'}"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':2,'unit':'g','comparator':'<'}"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':-2,'unit':'g'}"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':1,'unit':'vial'},'text':'2 g/kg over 5 days'"), "2 g/kg whole days 5 (text)");
}

TEST(ReadDosage, reads_timing) {
  auto timed = [](std::string const& repeat) {
    return read("'doseQuantity':{'value':1,'unit':'g/kg'},'timing':{'repeat':{" + repeat + "}}");
  };
  EXPECT_EQ(timed("'frequency':1,'period':1,'periodUnit':'d','boundsDuration':{'value':5,'unit':'days'}"),
            "1 g/kg day days 5");
  EXPECT_EQ(timed("'frequency':2,'period':1,'periodUnit':'d','count':10"), "2 g/kg day times 5");
  EXPECT_EQ(timed("'frequency':1,'period':24,'periodUnit':'h','count':5"), "1 g/kg day times 5");
  EXPECT_EQ(timed("'frequency':1,'period':3,'periodUnit':'wk'"), "1 g/kg each every 30240");
  EXPECT_EQ(timed("'frequency':1,'period':3,'periodMax':4,'periodUnit':'wk'"), "1 g/kg each every 30240-40320");
  EXPECT_EQ(timed("'frequency':5,'period':4,'periodUnit':'wk'"), "1 g/kg each times 5 every 40320");
  EXPECT_EQ(timed("'frequency':1,'period':4,'periodUnit':'wk','duration':5,'durationUnit':'d'"),
            "1 g/kg whole days 5 every 40320");
  EXPECT_EQ(timed("'frequency':1,'period':1,'periodUnit':'d','duration':4,'durationUnit':'h'"), "1 g/kg day");
  // A course written as a duration: no administration lasts longer than its period.
  EXPECT_EQ(timed("'frequency':1,'period':1,'periodUnits':'d','duration':5,'durationUnits':'d'"), "1 g/kg day days 5");
  EXPECT_EQ(timed("'frequency':1,'period':4,'periodUnit':'wk','count':3"), "1 g/kg each every 40320 cycles 3");
  EXPECT_EQ(timed("'frequency':1,'period':1,'periodUnit':'d',"
                  "'boundsPeriod':{'start':'2026-11-25','end':'2026-11-29'}"),
            "1 g/kg day days 5");
  EXPECT_EQ(timed("'dayOfWeek':['mon','tue']"), "1 g/kg each times 2 every 10080");
  EXPECT_EQ(timed("'count':1"), "1 g/kg each times 1");
  EXPECT_EQ(timed("'frequency':1,'period':1,'periodUnit':'fortnight'"), "1 g/kg each");
}

TEST(ReadDosage, reads_events_and_timing_codes) {
  auto timed = [](std::string const& timing) {
    return read("'doseQuantity':{'value':1,'unit':'g/kg'},'timing':{" + timing + "}");
  };
  EXPECT_EQ(timed("'event':['2026-11-25','2026-11-26']"), "1 g/kg each times 2 every 1440");
  EXPECT_EQ(timed("'event':['2026-11-25']"), "1 g/kg each times 1");
  EXPECT_EQ(timed("'code':{'coding':[{'code':'QD'}]}"), "1 g/kg day");
  EXPECT_EQ(timed("'code':{'text':'Every 3 weeks'}"), "1 g/kg each every 30240");
  EXPECT_EQ(timed("'code':{'text':'Whenever'}"), "1 g/kg each");
}

TEST(ReadDosage, reads_rates_as_doses_only_where_time_is_known) {
  EXPECT_EQ(read("'doseAndRate':[{'rateRatio':{'numerator':{'value':0.4,'unit':'g/kg'},"
                 "'denominator':{'value':1,'unit':'d'}}}]"),
            "0.4 g/kg day");
  EXPECT_EQ(read("'rateQuantity':{'value':50,'unit':'mL/h'},'timing':{'repeat':{'duration':4,'durationUnit':'h',"
                 "'count':1}}"),
            "200 mL each times 1");
  EXPECT_EQ(read("'rateQuantity':{'value':50,'unit':'mL/h'}"), "absent");
  EXPECT_EQ(read(kDose + ",'rateQuantity':{'value':50,'unit':'mL/h'}," + kDaily), "0.4 g/kg day times 5");
}

TEST(ReadDosage, text_completes_what_the_structure_leaves_open_and_is_the_last_resort) {
  EXPECT_EQ(read("'text':'IVIG 2 g/kg over 5 days'"), "2 g/kg whole days 5 (text)");
  EXPECT_EQ(read("'renderedDosageInstruction':'2 g/kg over 5 days'"), "2 g/kg whole days 5 (text)");
  EXPECT_EQ(read("'text':'as directed'"), "unknown");
  EXPECT_EQ(read("'doseQuantity':{'value':2,'unit':'g/kg'},'text':'2 g/kg over 5 days'"), "2 g/kg whole days 5 (text)");
  EXPECT_EQ(read("'doseQuantity':{'value':2,'unit':'g/kg'},'text':'1 g/kg over 5 days'"), "2 g/kg each");
  EXPECT_EQ(
      read(kDose + ",'timing':{'repeat':{'frequency':1,'period':1,'periodUnit':'d'}},'text':'0.4 g/kg daily x 5'"),
      "0.4 g/kg day times 5 (text)");
  EXPECT_EQ(read(kDose + "," + kDaily + ",'text':'2 g/kg over 2 days'"), "0.4 g/kg day times 5");
  EXPECT_EQ(read(kDaily + ",'text':'0.4 g/kg'"), "0.4 g/kg day times 5 (text)");
  EXPECT_EQ(read(kDaily), "absent");
  EXPECT_EQ(read(""), "absent");
}

TEST(ReadDosage, CTX_19_lives_with_anything) {
  EXPECT_EQ(read("'doseQuantity':7,'timing':[],'doseAndRate':'x','text':3"), "absent");
  EXPECT_EQ(read("'doseQuantity':{'extension':[]},'timing':{'repeat':{'period':1e999,'periodUnit':'d'}}"), "absent");
  EXPECT_EQ(read("'doseRange':{'high':{'value':2,'unit':'g/kg'}}"), "unknown");
}

TEST(ReadDosage, reads_the_most_that_may_be_given_at_once) {
  Texts texts;
  Dosage const dosage = read_dosage(texts("{'maxDosePerAdministration':{'value':80,'unit':'g'}}"), {});
  ASSERT_TRUE(dosage.most_g.has_value());
  EXPECT_EQ(shown(*dosage.most_g), "80");
}

TEST(ReadDosage, reads_the_quantity_of_a_service_request) {
  Texts texts;
  Dosage const dosage = read_service_dosage(
      texts("{'quantityQuantity':{'value':35,'unit':'g'},'occurrenceTiming':{'repeat':{'frequency':1,'period':1,"
            "'periodUnit':'d','count':2}}}"));
  ASSERT_EQ(dosage.phases.size(), 1U);
  EXPECT_EQ(shown(dosage.phases[0]), "35 g day times 2");
}

}  // namespace
}  // namespace ivig::fhir
