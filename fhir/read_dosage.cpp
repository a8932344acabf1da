#include <algorithm>
#include <array>
#include <utility>

#include "base/json_read.h"
#include "fhir/dosage.h"
#include "fhir/dose_words.h"
#include "fhir/read_elements.h"
#include "fhir/units.h"

namespace ivig::fhir {
namespace {

using base::Decimal;
using base::Json;

constexpr Decimal kOne(1, 0);
constexpr Decimal kDay(1440, 0);

/// An amount with what its unit says it is for.
struct Dose {
  Amount amount;
  AmountOf of = AmountOf::administration;
  std::optional<DecimalRange> every;
};

std::optional<DecimalRange> numbers(Quantity const& low, Quantity const& high) {
  if (!low.value || !high.value || !low.comparator.empty() || !high.comparator.empty()) return std::nullopt;
  if (!(Decimal() < *low.value) || *high.value < *low.value) return std::nullopt;
  return DecimalRange{*low.value, *high.value};
}

/// A quantity in g, mL, or these for each kg; with a time of a day or more, for that time. Not a rate.
std::optional<Dose> dose_in(DecimalRange value, Unit const& unit) {
  if (unit.per_volume || (unit.measure != Measure::mass && unit.measure != Measure::volume)) return std::nullopt;
  if (unit.per_minutes && *unit.per_minutes < kDay) return std::nullopt;
  Dose dose;
  DecimalRange const scaled{value.low * unit.factor, value.high * unit.factor};
  if (unit.measure == Measure::mass) (unit.per_kg ? dose.amount.g_per_kg : dose.amount.g) = scaled;
  else (unit.per_kg ? dose.amount.ml_per_kg : dose.amount.ml) = scaled;
  if (unit.per_minutes && *unit.per_minutes == kDay) dose.of = AmountOf::day;
  else if (unit.per_minutes) dose.every = DecimalRange{*unit.per_minutes, *unit.per_minutes};
  if (unit.per_course) dose.of = AmountOf::whole;
  return dose;
}

std::optional<Dose> dose_of(Quantity const& low, Quantity const& high) {
  auto value = numbers(low, high);
  auto unit = unit_of(low);
  auto high_unit = unit_of(high);
  // A range may name its unit once.
  if (!unit) unit = low.unit.empty() && low.unit_code.empty() ? high_unit : std::nullopt;
  if (!high_unit && high.unit.empty() && high.unit_code.empty()) high_unit = unit;
  if (!value || !unit || !high_unit) return std::nullopt;
  bool const same = unit->factor == high_unit->factor && unit->measure == high_unit->measure &&
                    unit->per_kg == high_unit->per_kg && unit->per_minutes == high_unit->per_minutes;
  return same ? dose_in(*value, *unit) : std::nullopt;
}

/// Every dose on one element: doseQuantity, doseSimpleQuantity, doseRange. `seen`: something is there at all.
std::optional<Dose> dose_on(Json const& parent, bool& seen) {
  for (std::string_view const name : {"doseQuantity", "doseSimpleQuantity"}) {
    Json const* found = base::object_member(parent, name);
    if (found == nullptr) continue;
    Quantity const quantity = read_quantity(*found);
    if (!quantity.value) continue;  // only an extension that says why there is none
    seen = true;
    return dose_of(quantity, quantity);
  }
  Json const* range = base::object_member(parent, "doseRange");
  if (range == nullptr) return std::nullopt;
  Json const* low = base::object_member(*range, "low");
  Json const* high = base::object_member(*range, "high");
  if (low == nullptr && high == nullptr) return std::nullopt;
  seen = true;
  if (low == nullptr || high == nullptr) return std::nullopt;
  return dose_of(read_quantity(*low), read_quantity(*high));
}

/// A rate for a day or longer is a dose ("0.4 g/kg per day"); a faster one is a dose with the time it runs.
std::optional<Dose> dose_from_rate(Json const& parent, std::optional<Decimal> running_minutes) {
  std::optional<Decimal> value;
  std::optional<Unit> unit;
  if (Json const* ratio = base::object_member(parent, "rateRatio")) {
    Json const* above = base::object_member(*ratio, "numerator");
    Json const* below = base::object_member(*ratio, "denominator");
    if (above == nullptr || below == nullptr) return std::nullopt;
    Quantity const amount = read_quantity(*above);
    Quantity const time = read_quantity(*below);
    unit = unit_of(amount);
    auto const time_unit = unit_of(time);
    if (!unit || !time_unit || time_unit->measure != Measure::time || unit->per_minutes) return std::nullopt;
    if (!amount.value || !time.value || !(Decimal() < *time.value)) return std::nullopt;
    value = amount.value;
    unit->per_minutes = *time.value * time_unit->factor;
  }
  for (std::string_view const name : {"rateQuantity", "rateSimpleQuantity"}) {
    Json const* found = base::object_member(parent, name);
    if (value || found == nullptr) continue;
    Quantity const quantity = read_quantity(*found);
    value = quantity.comparator.empty() ? quantity.value : std::nullopt;
    unit = unit_of(quantity);
  }
  if (!value || !unit || !unit->per_minutes || !(Decimal() < *value)) return std::nullopt;
  if (*unit->per_minutes < kDay) {
    if (!running_minutes) return std::nullopt;
    value = (*value * *running_minutes / *unit->per_minutes).rounded(6);
    unit->per_minutes.reset();
  }
  return dose_in({*value, *value}, *unit);
}

/// "ordered", by code in any of the systems that are in use, or by text. REQ CTX-11
bool typed_as(Json const& entry, std::string_view type) {
  auto types = read_concepts(entry, "type");
  return std::any_of(types.begin(), types.end(), [&](Concept const& given) {
    return same_code(given.text, type) ||
           std::any_of(given.codings.begin(), given.codings.end(),
                       [&](Coding const& coding) { return same_code(coding.code, type); });
  });
}

/// The dose by the unit that is printed, where it is another than the unit of the code: "g" with the code "g/kg".
std::optional<Dose> dose_as_printed(Json const& parent) {
  for (std::string_view const name : {"doseQuantity", "doseSimpleQuantity"}) {
    Json const* found = base::object_member(parent, name);
    if (found == nullptr) continue;
    auto const printed = as_printed(read_quantity(*found));
    if (printed) return dose_of(*printed, *printed);
  }
  return std::nullopt;
}

/// The entry of doseAndRate to believe: the ordered one, else the only one, or the only one without a type.
Json const* ordered_entry(Json const& dosage, bool& contradictory) {
  std::vector<Json const*> ordered, untyped, calculated;
  base::each(dosage, "doseAndRate", [&](Json const& entry, std::size_t) {
    if (!entry.IsObject()) return;
    if (typed_as(entry, "ordered")) ordered.push_back(&entry);
    else if (base::member(entry, "type") == nullptr) untyped.push_back(&entry);
    else calculated.push_back(&entry);
  });
  for (auto const* group : {&ordered, &untyped, &calculated}) {
    if (group->empty()) continue;
    for (Json const* other : *group) {
      bool seen = false;
      auto const first = dose_on(*group->front(), seen);
      auto const dose = dose_on(*other, seen);
      if (first && dose && !(first->amount == dose->amount && first->of == dose->of)) contradictory = true;
    }
    return group->front();
  }
  return nullptr;
}

/// Several days, and nothing says how often on them.
bool leaves_frequency_open(DosePhase const& phase) {
  return phase.of == AmountOf::administration && phase.days && kOne < phase.days->high && !phase.times && !phase.every;
}

/// Daily or unscheduled, and nothing says for how long.
bool leaves_course_open(DosePhase const& phase) {
  if (leaves_frequency_open(phase)) return true;
  return phase.of != AmountOf::whole && !phase.days && !phase.times && (!phase.every || phase.every->high <= kDay);
}

/// "2 g/kg (IBW)": grams by another weight than the recorded one are no contradiction.
bool names_other_weight(std::string_view text) {
  constexpr std::array<std::string_view, 6> kWords{"ibw", "adjbw", "ideal", "adjusted", "lean", "abw"};
  auto const sentences = dose_sentences(text);
  return std::any_of(sentences.begin(), sentences.end(), [&](auto const& words) {
    return std::any_of(words.begin(), words.end(), [&](DoseWord const& word) {
      return std::find(kWords.begin(), kWords.end(), word.text) != kWords.end();
    });
  });
}

/// Does the text speak of this amount? Only then may it complete the timing.
bool speaks_of(std::vector<DosePhase> const& text, Amount const& amount) {
  return std::any_of(text.begin(), text.end(), [&](DosePhase const& phase) {
    auto same = [](auto const& a, auto const& b) { return a && b && *a == *b; };
    return same(phase.amount.g, amount.g) || same(phase.amount.g_per_kg, amount.g_per_kg) ||
           same(phase.amount.ml, amount.ml) || same(phase.amount.ml_per_kg, amount.ml_per_kg);
  });
}

/// "28 g" beside "0.4 g/kg daily for 5 days": another unit, so that neither contradicts the other, and a whole
/// schedule.
bool says_it_otherwise(std::vector<DosePhase> const& text, Amount const& amount) {
  auto both = [](auto const& a, auto const& b) { return a && b; };
  return !text.empty() && std::none_of(text.begin(), text.end(), [&](DosePhase const& phase) {
    return leaves_course_open(phase) || both(phase.amount.g, amount.g) ||
           both(phase.amount.g_per_kg, amount.g_per_kg) || both(phase.amount.ml, amount.ml) ||
           both(phase.amount.ml_per_kg, amount.ml_per_kg);
  });
}

void read_most(Json const& parent, Dosage& dosage) {
  Json const* found = base::object_member(parent, "maxDosePerAdministration");
  if (found == nullptr) return;
  Quantity const quantity = read_quantity(*found);
  auto const most = dose_of(quantity, quantity);
  if (!most) return;
  dosage.most_g = most->amount.g;
  dosage.most_g_per_kg = most->amount.g_per_kg;
}

/// Dose and timing of one element; nullopt without a usable dose, with `result.gap` saying why.
std::optional<DosePhase> structured_phase(std::optional<Dose> const& dose, Json const* timing) {
  if (!dose) return std::nullopt;
  DosePhase phase;
  phase.amount = dose->amount;
  phase.of = dose->of;
  phase.every = dose->every;
  if (timing != nullptr) read_timing(*timing, phase);
  return phase;
}

class DosageReader {
 public:
  DosageReader(Json const& dosage, DrugWords const& drug_words)
      : dosage_(dosage), timing_(base::object_member(dosage, "timing")), drug_words_(drug_words) {
    result_.text = base::string_member(dosage, "text");
    if (result_.text.empty()) result_.text = base::string_member(dosage, "renderedDosageInstruction");
    // To the patient, but where nothing else is said it is what was ordered.
    instruction_ = base::string_member(dosage, "patientInstruction");
    if (result_.text.empty()) result_.text = std::exchange(instruction_, {});
    result_.as_needed =
        base::bool_member(dosage, "asNeededBoolean") == true || base::bool_member(dosage, "asNeeded") == true;
    result_.sequence = [&]() -> std::optional<Decimal> {
      Json const* found = base::member(dosage, "sequence");
      return found == nullptr ? std::nullopt : base::as_decimal(*found);
    }();
    read_most(dosage, result_);
  }

  Dosage read() {
    bool contradictory = false, seen = false;
    Json const* entry = ordered_entry(dosage_, contradictory);
    Json const& carrier = entry != nullptr ? *entry : dosage_;
    auto dose = dose_on(carrier, seen);
    if (!dose && !seen) dose = dose_from_rate(carrier, running_minutes(dosage_));
    if (contradictory) {
      result_.gap = DoseGap::contradictory;
      return std::move(result_);
    }
    auto phase = structured_phase(dose, timing_);
    auto text = parse_dose_text(result_.text, drug_words_);
    if (!text.empty()) result_.by_other_weight = names_other_weight(result_.text);
    if (phase) join(*phase, std::move(text));
    else if (!text.empty()) take_text(std::move(text));
    if (auto printed = dose_as_printed(carrier); printed && result_.other_phases.empty() && !result_.from_text) {
      if (auto other = structured_phase(printed, timing_)) result_.other_phases.push_back(*other);
    }
    bool const something = seen || !result_.text.empty();
    result_.gap = !result_.phases.empty() ? DoseGap::none : something ? DoseGap::not_understood : DoseGap::absent;
    result_.may_hold_dose = result_.gap == DoseGap::not_understood && (dose || mentions_dose(result_.text));
    return std::move(result_);
  }

 private:
  /// Coded fields and text: the fields first, what they leave open from the text, and the text again where it speaks of
  /// the same with other numbers.
  void join(DosePhase phase, std::vector<DosePhase> text) {
    bool const open = phase.timing_unread || leaves_course_open(phase);
    if (!open) {
      result_.phases.push_back(phase);
      result_.other_phases = std::move(text);
      return;
    }
    if (!text.empty() && speaks_of(text, phase.amount)) return take_text(std::move(text));
    if (!text.empty() && says_it_otherwise(text, phase.amount)) {
      if (text.size() == 1 && text.front().of != AmountOf::whole && !phase.timing_unread) {
        lay_over(text.front(), phase);
        result_.other_phases.push_back(phase);
      }
      return take_text(std::move(text));
    }
    if (text.size() == 1 && !leaves_course_open(text.front())) {
      // Another amount in the same unit: the schedule of the text, and both amounts.
      DosePhase schedule = text.front();
      if (schedule.of != AmountOf::whole) lay_over(schedule, phase);
    } else if (text.empty()) {
      complete(phase);
    }
    if (!text.empty()) result_.other_phases = std::move(text);
    if (!leaves_frequency_open(phase) || phase.timing_unread) result_.phases.push_back(phase);
  }

  /// When and how often, from a text that names no amount. What cannot be read there is not passed over.
  void complete(DosePhase& phase) const {
    for (std::string_view const words : {result_.text, instruction_}) {
      if (auto const schedule = parse_schedule_text(words)) return lay_over(*schedule, phase);
      auto const phases = parse_dose_text(words, drug_words_);
      if (phases.size() == 1 && !leaves_course_open(phases.front())) return lay_over(phases.front(), phase);
    }
    if (mentions_schedule(result_.text) || mentions_schedule(instruction_)) phase.timing_unread = true;
  }

  /// Amount from the text, schedule from the structure: what the text leaves open may stand there.
  void take_text(std::vector<DosePhase> text) {
    if (text.size() == 1 && leaves_course_open(text.front()) && result_.phases.empty()) {
      if (timing_ != nullptr) read_timing(*timing_, text.front());
      if (leaves_course_open(text.front()) && !instruction_.empty()) complete_by_instruction(text.front());
    }
    result_.phases = std::move(text);
    result_.from_text = true;
  }

  void complete_by_instruction(DosePhase& phase) const {
    if (auto const schedule = parse_schedule_text(instruction_)) lay_over(*schedule, phase);
    else if (mentions_schedule(instruction_)) phase.timing_unread = true;
  }

  Json const& dosage_;
  Json const* timing_;
  DrugWords const& drug_words_;
  std::string_view instruction_;
  Dosage result_;
};

}  // namespace

Dosage read_dosage(Json const& dosage, DrugWords const& drug_words) { return DosageReader(dosage, drug_words).read(); }

Dosage read_service_dosage(Json const& resource) {
  Dosage result;
  Json const* found = base::object_member(resource, "quantityQuantity");
  if (found == nullptr) return result;
  Quantity const quantity = read_quantity(*found);
  auto phase = structured_phase(dose_of(quantity, quantity), base::object_member(resource, "occurrenceTiming"));
  result.gap = phase ? DoseGap::none : DoseGap::not_understood;
  if (phase) result.phases.push_back(*phase);
  return result;
}

}  // namespace ivig::fhir
