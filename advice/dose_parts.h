#pragma once
// Several dosage instructions of one order put together to courses, and two readings of one dose held against each
// other. Internal to advice/: dose.h has what comes of it.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "advice/dose.h"

namespace ivig::advice {

/// What one dosage instruction comes to, and where it stands among the others.
struct DosePart {
  std::vector<DoseCourse> courses;
  std::optional<base::Decimal> sequence;   ///< concurrent with those of the same number or of none
  std::optional<base::Decimal> first_day;  ///< "day 2": its first day in the course
};

/// The courses of an order. Parts that fall on the same days are added up day by day; parts on days at most `gap` apart
/// are one course; parts that repeat at one interval are one cycle. Parts that have no unit in common stay apart. In
/// the order in which the instructions stand. Work grows with the number of parts (times its logarithm).
[[nodiscard]] std::vector<DoseCourse> put_together(std::vector<DosePart> parts, std::chrono::days gap);

/// Two readings of one instruction.
struct DoseReadings {
  std::vector<fhir::DosePhase> const& coded;
  std::vector<DoseCourse> const& coded_courses;
  std::vector<fhir::DosePhase> const& other;
  std::vector<DoseCourse> const& other_courses;
  bool by_other_weight = false;  ///< grams and g/kg need not agree by the recorded weight
};

/// Do the readings contradict each other? They do where amount of a day, amount in all, number of days or interval
/// differ by more than rounding to vials (15 %). What one of them leaves open is no contradiction.
[[nodiscard]] bool contradict(DoseReadings const& readings);

/// The same text for two instructions that are equal in every member, and another for any other.
[[nodiscard]] std::string instruction_key(base::Json const& instruction);

}  // namespace ivig::advice
