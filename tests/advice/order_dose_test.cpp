// What the dosage instructions of an order come to: table of shapes of timing, and properties over all of them. The
// patient weighs 68 kg: 27.2 g are 0.4 g/kg, 136 g are 2 g/kg.

#include <gtest/gtest.h>

#include <algorithm>

#include "advice/dose.h"
#include "tests/support/order_answers.h"

namespace ivig::advice {
namespace {

std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

std::string grams(std::string const& value) {
  return "'doseAndRate':[{'doseQuantity':{'value':" + value +
         ",'unit':'g','system':'http://unitsofmeasure.org','code':'g'}}]";
}

std::string repeat(std::string const& members) { return "'timing':{'repeat':{" + members + "}}"; }
std::string const kDaily5 = repeat("'frequency':1,'period':1,'periodUnit':'d','count':5");

/// The dose in words, and after " | " the other reading where there is one; "asked" where there is none.
std::string read(std::string const& instructions) {
  auto body = base::JsonBody::parse(quoted("[" + instructions + "]"), {});
  if (!body) return "no JSON: " + instructions;
  std::vector<base::Json const*> dosages;
  for (auto const& item : (*body)->root().GetArray()) dosages.push_back(&item);
  BodyWeight const weight{base::Decimal(68, 0), std::nullopt, false, "Observation/weight"};
  OrderDose const dose = read_dose(*test::tree_knowledge(), {dosages, nullptr, "0.1", "dosageInstruction"}, weight);
  if (dose.problem != DoseProblem::none) return "asked";
  std::string text = dose_text(dose);
  if (!dose.other_courses.empty()) text += " | " + dose_text(dose.other_courses);
  return text;
}
std::string one(std::string const& members) { return read("{" + members + "}"); }
std::string two(std::string const& first, std::string const& second) {
  return read("{" + first + "},{" + second + "}");
}

std::string const kCourse = "2 g/kg (136 g) per course over 5 days";

struct Shape {
  char const* name;
  std::string instructions;
  std::string dose;
};

std::vector<Shape> const& shapes() {
  static std::vector<Shape> const all{
      {"count", "{" + grams("27.2") + "," + kDaily5 + "}", kCourse},
      {"numbers as strings",
       "{" + grams("27.2") + "," + repeat("'frequency':'1','period':'1','periodUnit':'d','count':'5'") + "}", kCourse},
      {"dates",
       "{" + grams("27.2") + "," +
           repeat(
               "'frequency':1,'period':1,'periodUnit':'d','boundsPeriod':{'start':'2026-11-24','end':'2026-11-28'}") +
           "}",
       kCourse},
      {"stop time a minute before",
       "{" + grams("27.2") + "," +
           repeat("'frequency':1,'period':1,'periodUnit':'d','boundsPeriod':{'start':'2026-11-24T09:00:00-06:00',"
                  "'end':'2026-11-29T08:59:00-06:00'}") +
           "}",
       kCourse},
      {"stop time without offset",
       "{" + grams("27.2") + "," +
           repeat("'frequency':1,'period':1,'periodUnit':'d','boundsPeriod':{'start':'2026-11-24T09:00:00',"
                  "'end':'2026-11-29T08:59:00'}") +
           "}",
       kCourse},
      {"offsets that differ",
       "{" + grams("27.2") + "," +
           repeat("'frequency':1,'period':1,'periodUnit':'d','boundsPeriod':{'start':'2026-11-24T09:00:00-06:00',"
                  "'end':'2026-11-29T14:59:00Z'}") +
           "}",
       kCourse},
      {"to the last second of the day in UTC",
       "{" + grams("27.2") + "," +
           repeat("'frequency':1,'period':1,'periodUnit':'d','boundsPeriod':{'start':'2026-11-24T06:00:00Z',"
                  "'end':'2026-11-29T05:59:59Z'}") +
           "}",
       kCourse},
      {"events",
       "{" + grams("27.2") + ",'timing':{'event':['2026-11-24','2026-11-25','2026-11-26','2026-11-27','2026-11-28']}}",
       kCourse},
      {"events twice a day",
       "{" + grams("27.2") +
           ",'timing':{'event':['2026-11-24T08:00:00Z','2026-11-24T20:00:00Z','2026-11-25T08:00:00Z',"
           "'2026-11-25T20:00:00Z','2026-11-26T08:00:00Z']}}",
       "2 g/kg (136 g) per course over 3 days"},
      {"morning and evening",
       "{" + grams("13.6") + "," +
           repeat("'timeOfDay':['08:00:00','20:00:00'],'boundsDuration':{'value':5,'unit':'d','code':'d',"
                  "'system':'http://unitsofmeasure.org'}") +
           "}",
       kCourse},
      {"when, twice",
       "{" + grams("13.6") + "," +
           repeat("'frequency':1,'period':1,'periodUnit':'d','when':['MORN','EVE'],'boundsPeriod':"
                  "{'start':'2026-11-24','end':'2026-11-28'}") +
           "}",
       kCourse},
      {"every twelve hours",
       "{" + grams("13.6") + "," + repeat("'frequency':1,'period':12,'periodUnit':'h','count':10") + "}", kCourse},
      {"code and dates",
       "{" + grams("27.2") +
           ",'timing':{'code':{'coding':[{'system':'http://snomed.info/sct','code':'69620002'}]},"
           "'repeat':{'boundsPeriod':{'start':'2026-11-24','end':'2026-11-28'}}}}",
       kCourse},
      {"BID and dates",
       "{" + grams("13.6") +
           ",'timing':{'code':{'coding':[{'code':'BID'}]},"
           "'repeat':{'boundsPeriod':{'start':'2026-11-24','end':'2026-11-28'}}}}",
       kCourse},
      {"week days",
       "{" + grams("27.2") + "," +
           repeat(
               "'dayOfWeek':['mon','tue','wed','thu','fri'],'boundsPeriod':{'start':'2026-11-23','end':'2026-11-27'}") +
           "}",
       kCourse},
      {"two instructions of a day",
       "{'sequence':1," + grams("20") + "," + kDaily5 + "},{'sequence':1," + grams("7.2") + "," + kDaily5 + "}",
       kCourse},
      {"one instruction a day",
       "{" + grams("60") + "," + repeat("'boundsPeriod':{'start':'2026-11-24','end':'2026-11-24'},'count':1") + "},{" +
           grams("76") + "," + repeat("'boundsPeriod':{'start':'2026-11-25','end':'2026-11-25'},'count':1") + "}",
       "2 g/kg (136 g) per course over 2 days"},
      {"text of each day", "{'text':'68 g IV on day 1'},{'text':'68 g IV on day 2'}",
       "2 g/kg (136 g) per course over 2 days"},
      {"sequences",
       "{'sequence':1," + grams("68") + "," + repeat("'count':1") + "},{'sequence':2," + grams("68") + "," +
           repeat("'count':1") + "}",
       "2 g/kg (136 g) per course over 2 days"},
      {"maintenance by events", "{" + grams("68") + ",'timing':{'event':['2026-11-24','2026-12-22','2027-01-19']}}",
       "1 g/kg (68 g) on one day every 4 weeks"},
      {"two days of each cycle",
       "{" + grams("68") + ",'timing':{'event':['2026-11-24','2026-11-25','2026-12-22','2026-12-23']}}",
       "2 g/kg (136 g) over 2 days every 4 weeks"},
      {"dose in the instruction to the patient", "{'patientInstruction':'27.2 g daily for 5 days'}", kCourse},
      {"schedule in the instruction to the patient", "{" + grams("27.2") + ",'patientInstruction':'daily for 5 days'}",
       kCourse},
  };
  return all;
}

TEST(OrderDose, B1_to_B4_reads_a_schedule_in_every_shape) {
  for (auto const& shape : shapes()) EXPECT_EQ(read(shape.instructions), shape.dose) << shape.name;
}

TEST(OrderDose, B1_a_timing_that_is_not_understood_is_never_one_dose_on_one_day) {
  std::string const unknown = "2 g/kg (136 g) each time";
  for (char const* timing :
       {"{'repeat':{'frequency':1,'period':1}}", "{'repeat':{'frequency':2}}", "{'repeat':{'periodUnit':'d'}}",
        "{'repeat':{'_frequency':{'extension':[]},'_period':{'extension':[]},'periodUnit':'d'}}",
        "{'repeat':{'frequency':1,'period':1,'periodUnit':'fortnight'}}",
        "{'repeat':{'dayOfWeek':['mon','wed','fri']}}", "{'repeat':{'dayOfWeek':['someday']}}",
        "{'repeat':{'when':['C']}}", "{'repeat':{'timeOfDay':['noonish']}}",
        "{'code':{'coding':[{'system':'urn:local','code':'FREQ17'}]}}", "{'code':{'text':'Every Mon, Wed & Fri'}}",
        "{'event':['2026-11-24',null,'2026-11-25']}", "{'_event':[{'extension':[]}]}", "{'event':['2026-11']}",
        "{'event':['2026-11-24','2026-11-29']}"}) {
    EXPECT_EQ(one(grams("136") + ",'timing':" + timing), unknown) << timing;
  }
  for (char const* text : {"Days 1 and 2, per unit protocol", "daily as agreed with the ward", "q 3 w if tolerated",
                           "5 doses, see plan", "on Mondays and every other Thursday of the month"}) {
    EXPECT_EQ(one(grams("136") + ",'text':'" + text + "'"), unknown) << text;
  }
  EXPECT_EQ(one(grams("136") + ",'text':'IV infusion, see protocol'"), "2 g/kg (136 g) per course on one day");
}

TEST(OrderDose, B1_how_often_a_day_counts) {
  EXPECT_EQ(one(grams("136") + ",'timing':{'code':{'coding':[{'code':'BID'}]}}"), "4 g/kg (272 g) a day");
  EXPECT_EQ(one(grams("136") + ",'timing':{'code':{'coding':[{'code':'229799001'}]}}"), "4 g/kg (272 g) a day");
  EXPECT_EQ(one(grams("136") + "," + repeat("'frequency':1,'period':8,'periodUnit':'h'")), "6 g/kg (408 g) a day");
  EXPECT_EQ(one("'text':'27.2 g every 12 hours for 5 days'"), "4 g/kg (272 g) per course over 5 days");
}

TEST(OrderDose, B2_instructions_equal_in_every_member_have_two_readings) {
  std::string const members = "'sequence':1," + grams("27.2") + "," + kDaily5;
  EXPECT_EQ(two(members, members), kCourse + " | 4 g/kg (272 g) per course over 5 days");
}

TEST(OrderDose, B2_an_instruction_that_may_hold_a_dose_and_is_not_understood_is_asked_about) {
  EXPECT_EQ(two(grams("27.2") + "," + kDaily5, "'text':'and another 2 g/kg perhaps'"), "asked");
  EXPECT_EQ(two(grams("27.2") + "," + kDaily5, "'text':'acetaminophen 650 mg by mouth before'"), kCourse);
}

TEST(OrderDose, B5_text_and_fields_that_contradict_are_both_shown) {
  std::string const coded = grams("27.2") + "," + kDaily5;
  EXPECT_EQ(one(coded + ",'text':'272 g IV daily x 5 days'"), kCourse + " | 20 g/kg (1360 g) per course over 5 days");
  EXPECT_EQ(one(coded + ",'text':'27.2 g IV daily x 3 days'"), kCourse + " | 1.2 g/kg (81.6 g) per course over 3 days");
  EXPECT_EQ(one(grams("68") + "," + repeat("'frequency':1,'period':4,'periodUnit':'wk'") + ",'text':'68 g IV weekly'"),
            "1 g/kg (68 g) on one day every 4 weeks | 1 g/kg (68 g) on one day every week");
  EXPECT_EQ(one(grams("27.2") + ",'text':'272 g IV daily x 5 days'"),
            kCourse + " | 20 g/kg (1360 g) per course over 5 days");
  EXPECT_EQ(one("'doseAndRate':[{'doseQuantity':{'value':0.4,'unit':'g','code':'g/kg',"
                "'system':'http://unitsofmeasure.org'}}]," +
                kDaily5),
            kCourse + " | 0.03 g/kg (2 g) per course over 5 days");
}

TEST(OrderDose, B5_what_agrees_or_tells_less_is_no_contradiction) {
  std::string const coded = grams("27.2") + "," + kDaily5;
  for (char const* text : {"27.2 g IV daily x 5 days", "0.4 g/kg daily for 5 days", "2 g/kg over 5 days", "27.2 g",
                           "30 g IV daily x 5 days", "272 mL IV daily x 5 days", "infuse slowly"}) {
    EXPECT_EQ(one(coded + ",'text':'" + text + "'"), kCourse) << text;
  }
}

TEST(OrderDose, doubling_the_amount_doubles_the_dose_in_every_shape) {
  auto amounts = [](std::string const& instructions, bool doubled) {
    auto body = base::JsonBody::parse(quoted("[" + instructions + "]"), {});
    std::vector<base::Json const*> dosages;
    for (auto const& item : (*body)->root().GetArray()) dosages.push_back(&item);
    BodyWeight const weight{base::Decimal(doubled ? 34 : 68, 0), std::nullopt, false, ""};
    auto const dose = read_dose(*test::tree_knowledge(), {dosages, nullptr, "0.1", ""}, weight);
    return dose.courses.empty() ? base::Decimal() : dose.courses.front().g_per_kg.value_or(base::Decimal());
  };
  // Half the weight and the same grams are twice the dose.
  for (auto const& shape : shapes()) {
    EXPECT_EQ(amounts(shape.instructions, true).short_text(),
              (amounts(shape.instructions, false) * base::Decimal(2, 0)).short_text())
        << shape.name;
  }
}

TEST(OrderDose, the_time_zone_changes_nothing) {
  for (char const* offset : {"Z", "+00:00", "-11:00", "+05:45", "+14:00", ""}) {
    std::string const from = std::string("2026-11-24T23:30:00") + offset,
                      to = std::string("2026-11-29T23:29:59") + offset;
    EXPECT_EQ(one(grams("27.2") + "," +
                  repeat("'frequency':1,'period':1,'periodUnit':'d','boundsPeriod':{'start':'" + from + "','end':'" +
                         to + "'}")),
              kCourse)
        << offset;
  }
}

}  // namespace
}  // namespace ivig::advice
