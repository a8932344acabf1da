#pragma once
// The dose of an order as arithmetic: grams and g/kg of a course and of a day, and the interval of repeats.
// What the numbers mean clinically is not said here, but in dose_findings.h and in rules/dose.json.

#include <optional>
#include <string>
#include <vector>

#include "advice/product.h"
#include "advice/weight.h"
#include "fhir/dosage.h"
#include "rules/rule_set.h"

namespace ivig::advice {

/// One course, or one cycle of repeats. A range counts with its upper end.
struct DoseCourse {
  std::optional<base::Decimal> g, g_per_kg;          ///< in all
  std::optional<base::Decimal> day_g, day_g_per_kg;  ///< on a day of infusion
  std::optional<base::Decimal> days;                 ///< days of infusion
  std::optional<base::Decimal> weeks;                ///< to the next cycle; empty: not repeated
  std::optional<base::Decimal> cycles;
  bool open_ended = false;  ///< how many days is not stated: `g` and `g_per_kg` are those of one day, at least
  bool unread = false;      ///< when and how often could not be read: they are those of one administration
  std::optional<base::Day> start, end;
};

/// Why there is nothing to calculate with.
enum class DoseProblem : std::uint8_t { none, missing, not_understood, no_concentration };

struct OrderDose {
  std::vector<DoseCourse> courses;  ///< as given: a starting course, repeats, or one after the other
  /// The other reading, where the order says two things: text against fields, a unit against its code, one instruction
  /// or the same one exported twice. Empty where it says one. REQ CTX-11
  std::vector<DoseCourse> other_courses;
  DoseProblem problem = DoseProblem::missing;
  std::optional<BodyWeight> weight;
  rules::Basis basis = rules::Basis::none;  ///< text: read from a dose text, in whole or in part
  std::string from;                         ///< "MedicationRequest.dosageInstruction[0]"

  [[nodiscard]] DoseCourse const* starting() const;   ///< the course that is not repeated, or nullptr
  [[nodiscard]] DoseCourse const* repeating() const;  ///< the first that is repeated, or nullptr
  /// "course", "repeats", "course-then-repeats", or empty when the dose is not known.
  [[nodiscard]] std::string_view schedule() const;
};

/// What a dose is read from: an order of the request, or one of the chart.
struct DoseSource {
  std::vector<base::Json const*> const& dosages;
  base::Json const* service = nullptr;  ///< a request for a service: its quantity counts when it has no dosage
  std::string const& concentration_g_per_ml;
  std::string from;
};

[[nodiscard]] OrderDose read_dose(Knowledge const& knowledge, DoseSource const& source,
                                  std::optional<BodyWeight> const& weight);

/// The dose of an order of the request.
[[nodiscard]] OrderDose read_order_dose(Knowledge const& knowledge, fhir::Order const& order, Product const& product,
                                        std::optional<BodyWeight> const& weight);

/// A measure of the dose: the largest day, the first course, the shortest interval. Empty when not known.
[[nodiscard]] std::optional<base::Decimal> measure_of(OrderDose const& dose, rules::DoseMeasure measure);

/// "85 g a day", "2 g/kg per course", "over 5 days", "every 3 weeks".
[[nodiscard]] std::string measure_text(rules::DoseMeasure measure, base::Decimal value);

/// "2 g/kg (160 g) per course, over 5 days"; with repeats "1 g/kg (80 g) every 3 weeks".
[[nodiscard]] std::string dose_text(DoseCourse const& course);
[[nodiscard]] std::string dose_text(std::vector<DoseCourse> const& courses);
[[nodiscard]] std::string dose_text(OrderDose const& dose);

}  // namespace ivig::advice
