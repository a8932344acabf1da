#include <algorithm>
#include <utility>

#include "base/json_read.h"
#include "fhir/dosage.h"
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

std::optional<Decimal> number(Json const& parent, std::string_view name) {
  Json const* found = base::member(parent, name);
  auto const value = found == nullptr ? std::nullopt : base::as_decimal(*found);
  return value && Decimal() < *value ? value : std::nullopt;
}

std::optional<Decimal> minutes_of(Quantity const& quantity) {
  auto const unit = unit_of(quantity);
  if (!quantity.value || !unit || unit->measure != Measure::time || unit->per_minutes) return std::nullopt;
  return *quantity.value * unit->factor;
}

/// A number of the given member with its unit beside it: `period` and `periodUnit`, DSTU2 `periodUnits`.
std::optional<Decimal> minutes_member(Json const& repeat, std::string_view name, std::string_view unit_name) {
  auto const value = number(repeat, name);
  std::string_view unit = base::string_member(repeat, unit_name);
  if (unit.empty()) unit = base::string_member(repeat, std::string(unit_name) + "s");
  auto const known = ucum_unit(unit);
  if (!value || !known || known->measure != Measure::time) return std::nullopt;
  return *value * known->factor;
}

/// How long the prescription runs, in days.
std::optional<DecimalRange> bounds(Json const& repeat, DosePhase& phase) {
  for (std::string_view const name : {"boundsDuration", "boundsQuantity"}) {
    Json const* found = base::object_member(repeat, name);
    auto const minutes = found == nullptr ? std::nullopt : minutes_of(read_quantity(*found));
    if (minutes) return DecimalRange{*minutes / kDay, *minutes / kDay};
  }
  if (Json const* range = base::object_member(repeat, "boundsRange")) {
    Json const* low = base::object_member(*range, "low");
    Json const* high = base::object_member(*range, "high");
    auto const from = low == nullptr ? std::nullopt : minutes_of(read_quantity(*low));
    auto const to = high == nullptr ? std::nullopt : minutes_of(read_quantity(*high));
    if (from && to) return DecimalRange{*from / kDay, *to / kDay};
  }
  Json const* period = base::object_member(repeat, "boundsPeriod");
  if (period == nullptr) return std::nullopt;
  phase.start = first_day(*period, {"start"});
  phase.end = first_day(*period, {"end"});
  if (!phase.start || !phase.end || *phase.end < *phase.start) return std::nullopt;
  // The last day of a period belongs to it. FHIR R4 Period.end
  Decimal const days((*phase.end - *phase.start).count() + 1, 0);
  return DecimalRange{days, days};
}

Amount multiplied(Amount amount, Decimal by) {
  for (auto* place : {&amount.g, &amount.g_per_kg, &amount.ml, &amount.ml_per_kg}) {
    if (*place) *place = DecimalRange{(*place)->low * by, (*place)->high * by};
  }
  return amount;
}

/// Adds how often to a phase that has its amount and perhaps its bounds: "daily" and five days, "q3wk" and a year.
void lay_over(DosePhase const& schedule, DosePhase& phase) {
  auto const bounds = phase.days;
  bool const each_day = schedule.days.has_value();  // "x 5 days": each of them
  phase.of = each_day && phase.of == AmountOf::administration ? AmountOf::day : schedule.of;
  phase.times = schedule.times;
  phase.every = schedule.every;
  phase.cycles = schedule.cycles;
  phase.days = schedule.every ? schedule.days : bounds ? bounds : schedule.days;
  if (schedule.every && bounds && !phase.cycles)
    phase.cycles = std::max(kOne, (bounds->high * kDay / schedule.every->low).rounded(0));
}

/// Lays `timing.repeat` over a phase that has its amount.
class TimingReader {
 public:
  TimingReader(Json const& timing, DosePhase& phase) : phase_(phase) {
    if (Json const* repeat = base::object_member(timing, "repeat")) read_repeat(*repeat);
    read_events(timing);
    if (!phase_.every && !phase_.times && phase_.of == AmountOf::administration) read_code(timing);
  }

 private:
  void read_repeat(Json const& repeat) {
    auto frequency = number(repeat, "frequency");
    auto period = minutes_member(repeat, "period", "periodUnit");
    auto const duration = minutes_member(repeat, "duration", "durationUnit");
    auto runs = bounds(repeat, phase_);
    std::size_t days_of_week = 0, times_of_day = 0;
    base::each(repeat, "dayOfWeek", [&](Json const&, std::size_t) { ++days_of_week; });
    base::each(repeat, "timeOfDay", [&](Json const&, std::size_t) { ++times_of_day; });
    if (!period && days_of_week > 0) {
      period = Decimal(10080, 0);
      frequency = Decimal(static_cast<std::int64_t>(days_of_week), 0);
    } else if (!period && times_of_day > 0) {
      period = kDay;
      frequency = Decimal(static_cast<std::int64_t>(times_of_day), 0);
    }
    // A duration that is no shorter than the period cannot be that of one administration: it means the bounds.
    bool const bounds_misplaced = duration && period && *period <= *duration;
    if (bounds_misplaced && !runs) runs = DecimalRange{*duration / kDay, *duration / kDay};
    if (duration && !bounds_misplaced && kDay < *duration) {
      phase_.days = DecimalRange{*duration / kDay, *duration / kDay};
      if (phase_.of == AmountOf::administration) phase_.of = AmountOf::whole;
    }
    read_interval(repeat, frequency.value_or(kOne), period, runs);
  }

  void read_interval(Json const& repeat, Decimal frequency, std::optional<Decimal> period,
                     std::optional<DecimalRange> runs) {
    auto const count = number(repeat, "count");
    if (!period) {
      if (count) phase_.times = count;
      else if (runs && !phase_.days) phase_.days = runs;
      return;
    }
    Decimal const most = std::max(frequency, number(repeat, "frequencyMax").value_or(frequency));
    Decimal const longest = std::max(*period, minutes_member(repeat, "periodMax", "periodUnit").value_or(*period));
    if (*period == kDay && longest == kDay) {
      if (phase_.of == AmountOf::administration) {
        phase_.amount = multiplied(phase_.amount, most);
        phase_.of = AmountOf::day;
      }
      if (count) phase_.times = (*count / most).rounded(6);
      else phase_.days = runs;
      return;
    }
    phase_.every = DecimalRange{*period, longest};
    if (kOne < most) phase_.times = most;
    if (count) phase_.cycles = (*count / most).rounded(6);
    else if (runs) phase_.cycles = std::max(kOne, (runs->high * kDay / *period).rounded(0));
  }

  /// Each event is one administration.
  void read_events(Json const& timing) {
    std::vector<base::Day> days;
    base::each(timing, "event", [&](Json const& event, std::size_t) {
      if (auto const day = base::parse_day(base::as_string(event))) days.push_back(*day);
    });
    if (days.empty()) return;
    std::sort(days.begin(), days.end());
    phase_.start = days.front();
    if (phase_.every || phase_.days || phase_.times) return;  // when it starts; `repeat` says how it goes on
    phase_.end = days.back();
    phase_.times = Decimal(static_cast<std::int64_t>(days.size()), 0);
    if (days.size() == 1 || phase_.of != AmountOf::administration) return;
    std::chrono::days widest{0};
    for (std::size_t i = 1; i < days.size(); ++i) widest = std::max(widest, days[i] - days[i - 1]);
    phase_.every = DecimalRange{Decimal(widest.count(), 0) * kDay, Decimal(widest.count(), 0) * kDay};
  }

  void read_code(Json const& timing) {
    for (Concept const& code : read_concepts(timing, "code")) {
      auto schedule = parse_schedule_text(code.text);
      for (Coding const& coding : code.codings) {
        if (!schedule) schedule = parse_schedule_text(coding.code);
        if (!schedule) schedule = parse_schedule_text(coding.display);
      }
      if (!schedule) continue;
      lay_over(*schedule, phase_);
      return;
    }
  }

  DosePhase& phase_;
};

/// How long one administration runs, for a rate without a dose.
std::optional<Decimal> running_minutes(Json const& dosage) {
  Json const* timing = base::object_member(dosage, "timing");
  Json const* repeat = timing == nullptr ? nullptr : base::object_member(*timing, "repeat");
  return repeat == nullptr ? std::nullopt : minutes_member(*repeat, "duration", "durationUnit");
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
  if (timing != nullptr) TimingReader(*timing, phase);
  return phase;
}

}  // namespace

Dosage read_dosage(Json const& dosage, DrugWords const& drug_words) {
  Dosage result;
  result.text = base::string_member(dosage, "text");
  if (result.text.empty()) result.text = base::string_member(dosage, "renderedDosageInstruction");
  result.as_needed =
      base::bool_member(dosage, "asNeededBoolean") == true || base::bool_member(dosage, "asNeeded") == true;
  read_most(dosage, result);

  bool contradictory = false, seen = false;
  Json const* entry = ordered_entry(dosage, contradictory);
  Json const& carrier = entry != nullptr ? *entry : dosage;
  auto dose = dose_on(carrier, seen);
  if (!dose && !seen) dose = dose_from_rate(carrier, running_minutes(dosage));
  if (contradictory) {
    result.gap = DoseGap::contradictory;
    return result;
  }
  Json const* timing = base::object_member(dosage, "timing");
  auto phase = structured_phase(dose, timing);
  auto text =
      phase && !leaves_course_open(*phase) ? std::vector<DosePhase>{} : parse_dose_text(result.text, drug_words);
  if (phase && text.empty() && leaves_course_open(*phase)) {
    if (auto const schedule = parse_schedule_text(result.text)) lay_over(*schedule, *phase);
  }
  if (phase && (text.empty() || !(speaks_of(text, phase->amount) || says_it_otherwise(text, phase->amount)))) {
    if (!leaves_frequency_open(*phase)) result.phases.push_back(*phase);
  } else if (!text.empty()) {
    // Amount from the text, schedule from the structure: what the text leaves open may stand there.
    if (!phase && text.size() == 1 && leaves_course_open(text.front()) && timing != nullptr)
      TimingReader(*timing, text.front());
    result.phases = std::move(text);
    result.from_text = true;
  }
  bool const something = seen || !result.text.empty();
  result.gap = !result.phases.empty() ? DoseGap::none : something ? DoseGap::not_understood : DoseGap::absent;
  return result;
}

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
