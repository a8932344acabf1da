#pragma once
// Dosage instructions: the elements of FHIR as plain values, and the dose that they amount to.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/json_body.h"

namespace ivig::fhir {

/// A number, or a range of numbers; low equals high for a single one.
struct DecimalRange {
  base::Decimal low, high;
  friend bool operator==(DecimalRange const&, DecimalRange const&) = default;
};

/// How much, in each unit in which it is stated; a dose given as "35 g (350 mL)" has two.
struct Amount {
  std::optional<DecimalRange> g, g_per_kg, ml, ml_per_kg;
  [[nodiscard]] bool empty() const { return !g && !g_per_kg && !ml && !ml_per_kg; }
  friend bool operator==(Amount const&, Amount const&) = default;
};

/// What an amount is for.
enum class AmountOf : std::uint8_t {
  administration,  ///< each time
  day,             ///< each day of treatment
  whole,           ///< all days of one course together
};

/// One phase of a dose, as written: nothing is inferred. "0.4 g/kg a day for 5 days, every 4 weeks" is one phase;
/// "2 g/kg over 2 days, then 1 g/kg every 3 weeks" are two.
struct DosePhase {
  Amount amount;
  AmountOf of = AmountOf::administration;
  std::optional<DecimalRange> days;     ///< days of one course
  std::optional<base::Decimal> times;   ///< administrations of one course
  std::optional<DecimalRange> every;    ///< minutes from one administration, or one course, to the next
  std::optional<base::Decimal> cycles;  ///< how often it is repeated
  std::optional<base::Day> start, end;
  friend bool operator==(DosePhase const&, DosePhase const&) = default;
};

/// Why a dosage gives no dose.
enum class DoseGap : std::uint8_t {
  none,
  absent,         ///< no dose is given
  contradictory,  ///< two doses, and nothing says which is ordered. REQ CTX-11
  not_understood  ///< a unit or a text that is not understood. REQ CTX-12
};

/// One dosageInstruction (or dosage), in any FHIR version.
struct Dosage {
  std::vector<DosePhase> phases;
  DoseGap gap = DoseGap::absent;  ///< none when there are phases
  bool from_text = false;         ///< the phases, or part of them, were read from free text
  bool as_needed = false;
  std::optional<DecimalRange> most_g, most_g_per_kg;  ///< maxDosePerAdministration
  std::string_view text;
};

/// Folded words that a dose text may use for the drug itself.
using DrugWords = std::set<std::string, std::less<>>;

/// Reads `doseAndRate` (the entry typed as ordered), a dose on the dosage itself (DSTU2, STU3), a rate over a stated
/// time, and `timing`; the text fills in what these leave open, and is the last resort. REQ CTX-11..CTX-13
[[nodiscard]] Dosage read_dosage(base::Json const& dosage, DrugWords const& drug_words);

/// The dose of a request for a service: `quantity` and `occurrenceTiming` (ServiceRequest, ProcedureRequest).
[[nodiscard]] Dosage read_service_dosage(base::Json const& resource);

/// What a dose text means, one phase after the other; empty when a part of it that could matter is not understood.
/// Reads the forms that orders are written in ("2 g/kg over 5 days", "0.4 g/kg/day x 5 days, then 1 g/kg q3wk"); never
/// guesses.
[[nodiscard]] std::vector<DosePhase> parse_dose_text(std::string_view text, DrugWords const& drug_words);

/// A schedule without a dose: "daily x 5", "Every 3 weeks"; nullopt when not understood.
[[nodiscard]] std::optional<DosePhase> parse_schedule_text(std::string_view text);

}  // namespace ivig::fhir
