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
  base::Decimal per_day{1, 0};          ///< the most administrations on one day, where `of` is administration
  std::optional<DecimalRange> every;    ///< minutes from one administration, or one course, to the next
  std::optional<base::Decimal> cycles;  ///< how often it is repeated
  std::optional<base::Day> start, end;
  std::optional<base::Decimal> first_day;  ///< "on day 2": the number of the first day in the course
  bool timing_unread = false;              ///< something is said about when or how often, and it was not understood
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
  /// The same dose as it stands in another place: in the text beside coded fields, or by the printed unit beside the
  /// unit's code. Empty where nothing else is said, or not understood. Whether the two agree is for the reader to find.
  std::vector<DosePhase> other_phases;
  std::optional<base::Decimal> sequence;  ///< instructions with the same number are concurrent. FHIR R4 Dosage.sequence
  bool by_other_weight = false;           ///< the text names ideal or adjusted body weight
  bool may_hold_dose = false;             ///< not understood, and an amount of the drug may stand in it
  std::string_view text;
};

/// Folded words that a dose text may use for the drug itself.
using DrugWords = std::set<std::string, std::less<>>;

/// Reads `doseAndRate` (the entry typed as ordered), a dose on the dosage itself (DSTU2, STU3), a rate over a stated
/// time, and `timing`; the text fills in what these leave open, and is the last resort. REQ CTX-11..CTX-13
[[nodiscard]] Dosage read_dosage(base::Json const& dosage, DrugWords const& drug_words);

/// The dose of a request for a service: `quantity` and `occurrenceTiming` (ServiceRequest, ProcedureRequest).
[[nodiscard]] Dosage read_service_dosage(base::Json const& resource);

/// What is said about when and how often: `timing` (FHIR R4 Timing) laid over a phase that has its amount. Whatever
/// stands there and is not understood sets `timing_unread`; nothing is taken for one dose on one day.
void read_timing(base::Json const& timing, DosePhase& phase);

/// How long one administration runs (`timing.repeat.duration`), in minutes.
[[nodiscard]] std::optional<base::Decimal> running_minutes(base::Json const& dosage);

/// True when words of the text tell when, how often or how long, whether or not they can be understood.
[[nodiscard]] bool mentions_schedule(std::string_view text);

/// True when an amount of a drug such as this one stands in the text: in grams, or for each kg of body weight.
[[nodiscard]] bool mentions_dose(std::string_view text);

/// Adds how often to a phase that has its amount and perhaps its bounds: "daily" and five days, "q3wk" and a year.
void lay_over(DosePhase const& schedule, DosePhase& phase);

/// What a dose text means, one phase after the other; empty when a part of it that could matter is not understood.
/// Reads the forms that orders are written in ("2 g/kg over 5 days", "0.4 g/kg/day x 5 days, then 1 g/kg q3wk"); never
/// guesses.
[[nodiscard]] std::vector<DosePhase> parse_dose_text(std::string_view text, DrugWords const& drug_words);

/// A schedule without a dose: "daily x 5", "Every 3 weeks"; nullopt when not understood.
[[nodiscard]] std::optional<DosePhase> parse_schedule_text(std::string_view text);

}  // namespace ivig::fhir
