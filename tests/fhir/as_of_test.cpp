#include "fhir/as_of.h"

#include <gtest/gtest.h>

namespace ivig::fhir {
namespace {

base::Day day(char const* text) { return *base::parse_day(text); }

TEST(AsOf, leaves_out_what_came_later_and_keeps_what_has_no_date) {
  Chart chart;
  chart.conditions.resize(4);
  chart.conditions[0].recorded = day("2025-01-01");
  chart.conditions[1].recorded = day("2025-05-01");
  chart.conditions[2].onset = day("2025-05-01");
  chart.observations.resize(2);
  chart.observations[0].effective = day("2025-03-02");
  chart.observations[1].effective = day("2025-03-03");
  chart.treatments.resize(2);
  chart.treatments[0].start = day("2025-06-01");
  chart.answers.resize(2);
  chart.answers[0].authored = day("2025-06-01");
  Chart const then = as_of(chart, day("2025-03-02"));
  EXPECT_EQ(then.conditions.size(), 2U);
  EXPECT_EQ(then.observations.size(), 1U) << "the day itself counts";
  EXPECT_EQ(then.treatments.size(), 1U);
  EXPECT_EQ(then.answers.size(), 1U);
}

TEST(AsOf, what_ended_later_was_still_going_on) {
  Chart chart;
  chart.conditions.resize(1);
  chart.conditions[0].clinical = ClinicalStatus::inactive;
  chart.conditions[0].abatement = day("2025-05-01");
  chart.treatments.resize(1);
  chart.treatments[0].status = "completed";
  chart.treatments[0].end = day("2025-05-01");
  Chart const before = as_of(chart, day("2025-03-02"));
  EXPECT_EQ(before.conditions[0].clinical, ClinicalStatus::active);
  EXPECT_EQ(before.treatments[0].status, "active");
  Chart const after = as_of(chart, day("2025-06-02"));
  EXPECT_EQ(after.conditions[0].clinical, ClinicalStatus::inactive);
  EXPECT_EQ(after.treatments[0].status, "completed");
}

}  // namespace
}  // namespace ivig::fhir
