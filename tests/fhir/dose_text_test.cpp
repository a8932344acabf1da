#include "fhir/dosage.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/fhir/shown_dose.h"

namespace ivig::fhir {
namespace {

DrugWords const kDrug{"ivig", "immune", "globulin", "privigen", "gamunex", "c", "immunoglobulin", "human"};

std::string read(std::string_view text) {
  std::string out;
  for (auto const& phase : parse_dose_text(text, kDrug)) out += (out.empty() ? "" : " then ") + shown(phase);
  return out.empty() ? "unknown" : out;
}

struct Row {
  char const* text;
  char const* meaning;
};

void expect_all(std::vector<Row> const& rows) {
  for (auto const& row : rows) EXPECT_EQ(read(row.text), row.meaning) << row.text;
}

TEST(DoseText, reads_a_course_given_as_a_whole) {
  expect_all({
      {"2 g/kg over 5 days", "2 g/kg whole days 5"},
      {"2g/kg over 5d", "2 g/kg whole days 5"},
      {"2 G/KG OVER 5 DAYS", "2 g/kg whole days 5"},
      {"2 gm/kg IV over 5 days", "2 g/kg whole days 5"},
      {"2 grams per kg over five days", "2 g/kg whole days 5"},
      {"2,000 mg/kg over 5 days", "2 g/kg whole days 5"},
      {"2 g/kg divided over 2 days", "2 g/kg whole days 2"},
      {"2 g/kg split over 2-5 days", "2 g/kg whole days 2-5"},
      {"2 g/kg in 2\xE2\x80\x93"
       "5 days",
       "2 g/kg whole days 2-5"},
      {"2 g/kg in 5 divided doses", "2 g/kg whole times 5"},
      {"2 g/kg divided into 5 doses", "2 g/kg whole times 5"},
      {"2 g/kg total over 5 days", "2 g/kg whole days 5"},
      {"total dose 2 g/kg over 5 days", "2 g/kg whole days 5"},
      {"Total: 2 g/kg, divided over 4 days", "2 g/kg whole days 4"},
      {"90 g divided over 3 days", "90 g whole days 3"},
      {"160 g (2 g/kg) over 5 days", "160 g 2 g/kg whole days 5"},
      {"1-2 g/kg over 1-2 days", "1-2 g/kg whole days 1-2"},
      {"1 to 2 g/kg over 2 days", "1-2 g/kg whole days 2"},
      {"1 g/kg to 2 g/kg over 2 days", "1-2 g/kg whole days 2"},
      {"0.4-2 g/kg over 5 days", "0.4-2 g/kg whole days 5"},
      {"2 g/kg/course over 5 days", "2 g/kg whole days 5"},
      {"2 g/kg body weight over 5 days", "2 g/kg whole days 5"},
      {"2 g/kg in divided doses over 4 days", "2 g/kg whole days 4"},
      {"2 g/kg continuous infusion over 5 days", "2 g/kg whole days 5"},
      {"2g/kg/5d", "2 g/kg whole days 5"},
      {"140 g/2 days", "140 g whole days 2"},
      {"IVIG: 2 g/kg over 5 days for CIDP", "2 g/kg whole days 5"},
  });
}

TEST(DoseText, B6_reads_the_sentences_of_order_systems) {
  expect_all({
      {"40 gm = 400 mL, Soln, IV Piggyback, Daily, 5 dose(s)", "40 g 400 mL day times 5"},
      {"0.4 g/kg, Soln, IV, Daily, 5 doses", "0.4 g/kg day times 5"},
      {"0.4 g/kg IV daily, Duration: 5 day(s)", "0.4 g/kg day days 5"},
      {"0.4 g/kg IV daily, Duration: 5 doses", "0.4 g/kg day times 5"},
      {"27 g (0.4 g/kg \xC3\x97 68 kg), Intravenous, EVERY 24 HOURS, 5 doses", "27 g 0.4 g/kg day times 5"},
      {"27 g, Intravenous, Daily, First dose on Tue 11/24/26 at 0900, For 5 doses", "27 g day times 5"},
      {"30 g IV daily x5 (rounded to nearest vial)", "30 g day times 5"},
      {"0.4g/kg IV OD for 5/7", "0.4 g/kg day days 5"},
      {"1 g/kg IV every 4/52", "1 g/kg each every 40320"},
      {"40 gm/400 mL IV daily x 5 days", "40 g 400 mL day days 5"},
      {"27 g IV daily x 5 days, dosing weight 68 kg", "27 g day days 5"},
      {"27 g IV daily x 5 days (Wt: 68 kg)", "27 g day days 5"},
      {"2 g/kg (IBW) divided over 5 days", "2 g/kg whole days 5"},
      {"40 g IV Mon-Fri", "40 g day days 5"},
      {"32 g = 320 mL IV Soln daily, 5 dose(s), Routine", "32 g 320 mL day times 5"},
      {"0.4 g/kg (32 g) IV daily for 5 doses, Pharmacy to round to nearest 5 g", "32 g 0.4 g/kg day times 5"},
      {"400 mg/kg IV qd x5 days, premedicate with Tylenol 650 mg PO", "0.4 g/kg day days 5"},
      {"30 g IV q AM x 5 days", "30 g day days 5"},
      {"2gm/kg total, split 3 days, then 1gm/kg q3wks x 6",
       "2 g/kg whole days 3 then 1 g/kg each every 30240 cycles 6"},
  });
}

TEST(DoseText, B6_what_stays_unread_of_them_is_asked) {
  expect_all({
      {"40 g IV Mon-Fri weekly", "unknown"},
      {"40 g IV Mon, Wed, Fri", "unknown"},
      {"40 g IV daily, 5/6", "unknown"},
      {"40 g IV daily x 5, premedicate, then 80 g weekly x 2", "unknown"},
      {"32 g IV daily, 5 dose(s), Stop: 11/29/26", "unknown"},
      {"40 g/400 mL/5 bags daily", "unknown"},
      {"0.4 g/kg x 68 kg/h daily x 5", "unknown"},
  });
}

TEST(DoseText, reads_a_dose_for_each_day) {
  expect_all({
      {"0.4 g/kg/day x 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg/d x5d", "0.4 g/kg day days 5"},
      {"5 days of 28 g/day", "28 g day days 5"},
      {"5 days of 28 g", "28 g day days 5"},
      {"Day 1: 28 g, day 2: 28 g, day 3: 28 g", "28 g day days 3"},
      {"28 g day 1 and 28 g day 2", "28 g day days 2"},
      {"days 1-2: 28 g, days 3-5: 28 g", "28 g day days 5"},
      {"0.4g/kg/day \xC3\x97 5 days", "0.4 g/kg day days 5"},
      {"0,4 g/kg/day x 5 days", "0.4 g/kg day days 5"},
      {".4 g/kg daily x 5", "0.4 g/kg day times 5"},
      {"400 mg/kg daily for 5 days", "0.4 g/kg day days 5"},
      {"400 mg per kg per day for five consecutive days", "0.4 g/kg day days 5"},
      {"0.4 g/kg x 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg for 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg IV once daily for 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg intravenously every day for 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg IV q24h x 5 doses", "0.4 g/kg day times 5"},
      {"0.4 g/kg qd x 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg/day on days 1-5", "0.4 g/kg day days 5"},
      {"0.4 g/kg/day over 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg daily over 5 days", "0.4 g/kg day days 5"},
      {"1 g/kg on day 1 and day 2", "1 g/kg day days 2"},
      {"1 g/kg on days 1, 2 and 3", "1 g/kg day days 3"},
      {"25 g IV daily x 5", "25 g day times 5"},
      {"25 g IV daily", "25 g day"},
      {"250 mL daily x 5 days", "250 mL day days 5"},
      {"10 g twice daily for 2 days", "20 g day days 2"},
      {"32 g (0.4 g/kg) daily x 5 days", "32 g 0.4 g/kg day days 5"},
      {"2 g/kg daily x 5", "2 g/kg day times 5"},
      {"2 g/kg/day x 5 days", "2 g/kg day days 5"},
      {"Privigen 10% 0.4 g/kg/day for 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg/day x 5 days over 4 hours", "0.4 g/kg day days 5"},
      {"0.4 g/kg/day x 5 days at 2 mL/kg/hr", "0.4 g/kg day days 5"},
  });
}

TEST(DoseText, reads_both_ways_of_stating_a_dose_and_refuses_them_when_they_disagree) {
  expect_all({
      {"2 g/kg (0.4 g/kg/day x 5 days)", "0.4 g/kg day days 5"},
      {"2 g/kg total given as 0.4 g/kg/day for 5 days", "0.4 g/kg day days 5"},
      {"0.4 g/kg daily for 5 days (total 2 g/kg)", "0.4 g/kg day days 5"},
      {"0.4 g/kg/day x 5 days for a total of 2 g/kg", "0.4 g/kg day days 5"},
      {"0.4 g/kg (32 g) daily x 5 days, total 160 g", "32 g 0.4 g/kg day days 5"},
      {"total dose 2 g/kg, 0.4 g/kg/day", "0.4 g/kg day days 5"},
      {"total dose 2 g/kg, 0.3 g/kg/day", "unknown"},
      {"2 g/kg (0.5 g/kg/day x 5 days)", "unknown"},
      {"0.4 g/kg daily for 5 days (total 4 g/kg)", "unknown"},
      {"0.4 g/kg 0.5 g/kg daily", "unknown"},
  });
}

TEST(DoseText, reads_repeats) {
  expect_all({
      {"1 g/kg every 3 weeks", "1 g/kg each every 30240"},
      {"1 g/kg q3w", "1 g/kg each every 30240"},
      {"1 g/kg q 3 wks", "1 g/kg each every 30240"},
      {"1 g/kg q21d", "1 g/kg each every 30240"},
      {"1 g/kg every 3-4 weeks", "1 g/kg each every 30240-40320"},
      {"1 g/kg 3-weekly", "1 g/kg each every 30240"},
      {"1 g/kg once every 3 weeks", "1 g/kg each every 30240"},
      {"1 g/kg every 3 weeks, single-day infusion", "1 g/kg day days 1 every 30240"},
      {"0.4 g/kg monthly", "0.4 g/kg each every 43830"},
      {"0.4 g/kg once a month", "0.4 g/kg each every 43830"},
      {"0.4 g/kg/month", "0.4 g/kg each every 43830"},
      {"0.4 g/kg weekly", "0.4 g/kg each every 10080"},
      {"0.4 g/kg every week", "0.4 g/kg each every 10080"},
      {"1 g/kg every other week", "1 g/kg each every 20160"},
      {"1 g/kg monthly x 3", "1 g/kg each every 43830 cycles 3"},
      {"1 g/kg every 3 weeks x 4 doses", "1 g/kg each every 30240 cycles 4"},
      {"1 g/kg every 4 weeks for 12 weeks", "1 g/kg each every 40320 cycles 3"},
      {"2 g/kg over 5 days every 4 weeks", "2 g/kg whole days 5 every 40320"},
      {"2 g/kg over 5 days monthly x 3", "2 g/kg whole days 5 every 43830 cycles 3"},
      {"0.7 g/kg/day x 3 days every 2 months", "0.7 g/kg day days 3 every 87660"},
      {"2 g/kg over 2 days, repeat every week", "2 g/kg whole days 2 every 10080"},
      {"0.4 g/kg every other day x 5 doses", "0.4 g/kg each every 2880 cycles 5"},
      {"40 g every 4 weeks", "40 g each every 40320"},
  });
}

TEST(DoseText, reads_single_doses) {
  expect_all({
      {"1 g/kg once", "1 g/kg each times 1"},
      {"1 g/kg x 1", "1 g/kg each times 1"},
      {"1 g/kg x1 dose", "1 g/kg each times 1"},
      {"1 g/kg as a single dose", "1 g/kg each times 1"},
      {"40 grams", "40 g each"},
      {"35000 mg", "35 g each"},
      {"35 g (350 mL)", "35 g 350 mL each"},
      {"Gamunex-C 10% 40 g IV", "40 g each"},
  });
}

TEST(DoseText, reads_phases) {
  expect_all({
      {"2 g/kg over 2 days then 1 g/kg every 3 weeks", "2 g/kg whole days 2 then 1 g/kg each every 30240"},
      {"2 g/kg over 2 days, then 1 g/kg monthly", "2 g/kg whole days 2 then 1 g/kg each every 43830"},
      {"2 g/kg over 2 days followed by 1 g/kg q3w", "2 g/kg whole days 2 then 1 g/kg each every 30240"},
      {"2 g/kg over 2 days; then 1 g/kg every 3 weeks", "2 g/kg whole days 2 then 1 g/kg each every 30240"},
      {"Loading 2 g/kg over 5 days. Maintenance 1 g/kg every 3 weeks.",
       "2 g/kg whole days 5 then 1 g/kg each every 30240"},
      {"2 g/kg over 2 days then every 4 weeks", "2 g/kg whole days 2 every 40320"},
      {"2 g/kg over 2 days. Repeat every 4 weeks.", "2 g/kg whole days 2 every 40320"},
      {"0.4 g/kg/day x 5 days. Premedicate with acetaminophen 650 mg PO and diphenhydramine 50 mg.",
       "0.4 g/kg day days 5"},
      {"0.4 g/kg/day x 5 days\nHold for creatinine above 2.", "0.4 g/kg day days 5"},
  });
}

TEST(DoseText, gives_nothing_for_what_it_does_not_understand) {
  for (auto const* text : {"",
                           "per protocol",
                           "as directed",
                           "premedicate with acetaminophen 650 mg then 2 g/kg over 5 days",
                           "2 g/kg or 1 g/kg",
                           "2 g/kg biweekly",
                           "2 g/kg bimonthly",
                           "up to 2 g/kg over 5 days",
                           "2 g/kg over 5 days, max 80 g/day",
                           "may repeat 2 g/kg",
                           "2 g/kg repeat in 14 days",
                           "0 g/kg over 5 days",
                           "2 g/kg over 0 days",
                           "2-1 g/kg over 5 days",
                           "2 units/kg",
                           "5 vials",
                           "5 days",
                           "2 g/kg over 5",
                           "not 2 g/kg over 5 days",
                           "2 g/kg over 5 days every 3 days",
                           "2 g/kg x 5 then",
                           "total",
                           "2 g/m2",
                           "0.4 g/kg/day x 5 days. Previously 2 g/kg monthly.",
                           "2 g/kg over 5 days (days 1-3)",
                           "70 g on day 1, 70 g on day 15",
                           "70 g on day 1, 35 g on day 2",
                           "28 g on day 1, 28 g on day 1",
                           "99999999999999999999 g/kg over 5 days"}) {
    EXPECT_EQ(read(text), "unknown") << text;
  }
}

TEST(DoseText, reads_schedules_alone) {
  auto shown_schedule = [](std::string_view text) {
    auto schedule = parse_schedule_text(text);
    return schedule ? shown(*schedule) : std::string("unknown");
  };
  EXPECT_EQ(shown_schedule("Every 3 weeks"), "each every 30240");
  EXPECT_EQ(shown_schedule("QD"), "day");
  EXPECT_EQ(shown_schedule("daily x 5"), "day times 5");
  EXPECT_EQ(shown_schedule("2 g/kg daily"), "unknown");
  EXPECT_EQ(shown_schedule("whenever"), "unknown");
}

// Whatever stands in a text, reading ends, and gives amounts above zero or nothing.
TEST(DoseText, never_fails_on_random_texts) {
  std::vector<std::string> const parts{"2",
                                       "0.4",
                                       "g/kg",
                                       "g",
                                       "mg/kg",
                                       "/",
                                       "day",
                                       "days",
                                       "x",
                                       "over",
                                       "every",
                                       "3",
                                       "weeks",
                                       "then",
                                       "total",
                                       "-",
                                       "(",
                                       ")",
                                       ",",
                                       ".",
                                       "daily",
                                       "for",
                                       "once",
                                       "mL",
                                       "%",
                                       "1,000",
                                       "to",
                                       "divided",
                                       "in",
                                       "doses",
                                       "q",
                                       "w",
                                       "and",
                                       "\xC3",
                                       "\xE2\x80\x93",
                                       "0",
                                       "999999999999999999",
                                       "per",
                                       "kg",
                                       "repeat"};
  std::mt19937 random(20261125);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = random() % 14; n > 0; --n) {
      text += parts[random() % parts.size()];
      if (random() % 3 != 0) text += ' ';
    }
    for (auto const& phase : parse_dose_text(text, kDrug)) {
      ASSERT_FALSE(phase.amount.empty()) << text;
      for (auto const& range : {phase.amount.g, phase.amount.g_per_kg, phase.amount.ml, phase.amount.ml_per_kg}) {
        if (range) {
          ASSERT_LE(range->low, range->high) << text;
          ASSERT_GE(range->low, base::Decimal()) << text;
        }
      }
    }
    std::string bytes;
    for (auto n = random() % 20; n > 0; --n) bytes += static_cast<char>(random() % 256);
    (void)parse_dose_text(bytes, kDrug);
    (void)parse_schedule_text(bytes);
  }
}

}  // namespace
}  // namespace ivig::fhir
