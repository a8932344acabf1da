#pragma once
// What holds of every dose that is read, whatever the text.

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "advice/dose.h"
#include "fhir/dosage.h"
#include "tests/fuzz/check.h"

namespace ivig::fuzz {

inline void check_number(base::Decimal const& value, char const* what) {
  require(std::isfinite(value.approximate()), what, value.text());
  require(value >= base::Decimal(0, 0), what, value.text());
}
inline void check_number(std::optional<base::Decimal> const& value, char const* what) {
  if (value) check_number(*value, what);
}
inline void check_range(std::optional<fhir::DecimalRange> const& range, char const* what) {
  if (!range) return;
  check_number(range->low, what);
  check_number(range->high, what);
  require(range->low <= range->high, what, range->low.text() + " to " + range->high.text());
}

inline void check_phases(std::vector<fhir::DosePhase> const& phases) {
  for (auto const& phase : phases) {
    for (auto const* amount : {&phase.amount.g, &phase.amount.g_per_kg, &phase.amount.ml, &phase.amount.ml_per_kg}) {
      check_range(*amount, "an amount is not negative, its range goes up");
    }
    check_range(phase.days, "days are not negative, their range goes up");
    check_range(phase.every, "an interval is not negative, its range goes up");
    check_number(phase.times, "a count is not negative");
    check_number(phase.cycles, "a count of cycles is not negative");
  }
}

inline void check_courses(std::vector<advice::DoseCourse> const& courses) {
  for (auto const& course : courses) {
    for (auto const* value : {&course.g, &course.g_per_kg, &course.day_g, &course.day_g_per_kg, &course.days,
                              &course.weeks, &course.cycles}) {
      check_number(*value, "what is calculated of a course is not negative");
    }
  }
}

}  // namespace ivig::fuzz
