#include "advice/dose.h"

#include <algorithm>
#include <set>

#include "advice/dose_parts.h"

namespace ivig::advice {
namespace {

using base::Decimal;
using fhir::AmountOf;
using fhir::DosePhase;

constexpr Decimal kOne(1, 0);
constexpr Decimal kDayMinutes(1440, 0);
constexpr Decimal kWeekMinutes(10080, 0);
constexpr int kPlaces = 6;
/// Each phase is compared with those before it; nobody orders so many.
constexpr std::size_t kMostPhases = 100;

std::optional<Decimal> upper(std::optional<fhir::DecimalRange> const& range) {
  return range ? std::optional(range->high) : std::nullopt;
}

/// A number of days, when it is one number.
std::optional<Decimal> exact(std::optional<fhir::DecimalRange> const& range) {
  return range && range->low == range->high ? std::optional(range->low) : std::nullopt;
}

/// A quantity in grams and in g/kg, as far as it can be had.
struct Dose {
  std::optional<Decimal> g, g_per_kg;
  [[nodiscard]] Dose times(Decimal count) const {
    Dose dose = *this;
    if (dose.g) dose.g = (*dose.g * count).rounded(kPlaces);
    if (dose.g_per_kg) dose.g_per_kg = (*dose.g_per_kg * count).rounded(kPlaces);
    return dose;
  }
  [[nodiscard]] Dose divided(Decimal count) const {
    Dose dose = *this;
    if (dose.g) dose.g = (*dose.g / count).rounded(kPlaces);
    if (dose.g_per_kg) dose.g_per_kg = (*dose.g_per_kg / count).rounded(kPlaces);
    return dose;
  }
};

class PhaseReader {
 public:
  PhaseReader(Knowledge const& knowledge, std::string const& concentration, std::optional<BodyWeight> const& weight)
      : gap_minutes_(Decimal(knowledge.rules.dose.course_gap_days, 0) * kDayMinutes), weight_(weight) {
    if (auto value = Decimal::parse(concentration); value && Decimal() < *value) concentration_ = *value;
  }

  /// nullopt: mL, and no concentration.
  [[nodiscard]] std::optional<DoseCourse> read(DosePhase const& phase, fhir::Dosage const& dosage) const {
    auto stated = amount(phase.amount);
    if (!stated) return std::nullopt;
    DoseCourse course;
    bool const within_course = phase.every && phase.every->low <= gap_minutes_;
    if (phase.every && !within_course) {
      course.weeks = (phase.every->low / kWeekMinutes).rounded(kPlaces);
      course.cycles = phase.cycles;
    }
    Dose day, total;
    if (phase.of == AmountOf::whole) {
      course.days = phase.days ? exact(phase.days) : phase.times;
      total = complete(*stated);
      if (course.days) day = total.divided(*course.days);
    } else {
      Dose const each = limited(*stated, dosage);
      bool const single = phase.of == AmountOf::administration;
      course.unread = phase.timing_unread;
      course.days = course.unread ? std::nullopt : count(phase, within_course);
      course.open_ended = !course.days;
      day = single ? each.times(phase.per_day) : each;
      if (within_course && phase.every->low < kDayMinutes) day = day.times(kDayMinutes / phase.every->low);
      total = single && phase.times && course.days ? each.times(*phase.times) : day.times(course.days.value_or(kOne));
    }
    course.g = total.g;
    course.g_per_kg = total.g_per_kg;
    course.day_g = day.g;
    course.day_g_per_kg = day.g_per_kg;
    // Repeated once is not repeated.
    if (course.cycles && *course.cycles == kOne) course.weeks.reset();
    course.start = phase.start;
    course.end = phase.end;
    if (course.unread) course.weeks.reset();
    return course;
  }

 private:
  /// Grams and g/kg as stated; mL by the concentration.
  [[nodiscard]] std::optional<Dose> amount(fhir::Amount const& given) const {
    Dose dose{upper(given.g), upper(given.g_per_kg)};
    if (!dose.g && given.ml && concentration_) dose.g = (given.ml->high * *concentration_).rounded(kPlaces);
    if (!dose.g_per_kg && given.ml_per_kg && concentration_)
      dose.g_per_kg = (given.ml_per_kg->high * *concentration_).rounded(kPlaces);
    if (!dose.g && !dose.g_per_kg) return std::nullopt;
    return dose;
  }

  /// The other of the two, by body weight.
  [[nodiscard]] Dose complete(Dose dose) const {
    if (!weight_) return dose;
    if (!dose.g && dose.g_per_kg) dose.g = (*dose.g_per_kg * weight_->kg).rounded(3);
    if (!dose.g_per_kg && dose.g) dose.g_per_kg = (*dose.g / weight_->kg).rounded(kPlaces);
    return dose;
  }

  /// As complete; no more than may be given at once (maxDosePerAdministration).
  [[nodiscard]] Dose limited(Dose dose, fhir::Dosage const& dosage) const {
    auto limit = [](std::optional<Decimal>& value, std::optional<fhir::DecimalRange> const& most) {
      if (!value || !most || *value <= most->high) return false;
      value = most->high;
      return true;
    };
    dose = complete(dose);
    if (limit(dose.g, dosage.most_g)) dose.g_per_kg.reset();
    else if (limit(dose.g_per_kg, dosage.most_g_per_kg)) dose.g.reset();
    return complete(dose);
  }

  /// Days of infusion; nullopt when it is not said for how long.
  [[nodiscard]] std::optional<Decimal> count(DosePhase const& phase, bool within_course) const {
    if (phase.of == AmountOf::day) {
      if (phase.days) return exact(phase.days);
      if (phase.times) return phase.times;
      return phase.every && !within_course ? std::optional(kOne) : std::nullopt;
    }
    if (phase.times && phase.days) return exact(phase.days);
    if (!within_course) return phase.times.value_or(kOne);
    if (phase.times) return phase.times;
    if (phase.cycles) return phase.cycles;
    auto const days = exact(phase.days);
    if (!days) return std::nullopt;
    Decimal const spacing = std::max(kOne, phase.every->low / kDayMinutes);
    Decimal const whole = (*days / spacing).rounded(0);
    return whole * spacing < *days ? whole + kOne : whole;  // day 1, 3, 5: three days of five
  }

  Decimal gap_minutes_;
  std::optional<BodyWeight> const& weight_;
  std::optional<Decimal> concentration_;
};

/// The courses of all instructions of an order, in both readings where there are two.
class OrderDoseReader {
 public:
  OrderDoseReader(Knowledge const& knowledge, DoseSource const& source, std::optional<BodyWeight> const& weight)
      : knowledge_(knowledge), source_(source), reader_(knowledge, source.concentration_g_per_ml, weight) {
    dose_.weight = weight;
    dose_.basis = rules::Basis::code;
  }

  OrderDose read() {
    std::vector<fhir::Dosage> dosages;
    dosages.reserve(source_.dosages.size());
    for (auto const* json : source_.dosages) dosages.push_back(fhir::read_dosage(*json, knowledge_.drug_words));
    if (dosages.empty() && source_.service != nullptr) dosages.push_back(fhir::read_service_dosage(*source_.service));
    bool said = false;
    std::size_t phases = 0;
    for (std::size_t i = 0; i < dosages.size(); ++i) {
      auto const& dosage = dosages[i];
      said = said || dosage.gap == fhir::DoseGap::not_understood;
      // An instruction that only tells rates or premedication has no dose; any other leaves the whole unknown.
      bool const unknown = dosage.gap == fhir::DoseGap::contradictory || dosage.may_hold_dose;
      if (unknown) return without_dose(DoseProblem::not_understood);
      if (dosage.gap != fhir::DoseGap::none) continue;
      phases += std::max(dosage.phases.size(), dosage.other_phases.size());
      if (kMostPhases < phases) return without_dose(DoseProblem::not_understood);
      if (!add(dosage, i)) return without_dose(DoseProblem::no_concentration);
    }
    if (parts_.empty()) return without_dose(said ? DoseProblem::not_understood : DoseProblem::missing);
    std::chrono::days const gap(knowledge_.rules.dose.course_gap_days);
    dose_.courses = put_together(std::move(parts_), gap);
    if (two_readings_) dose_.other_courses = put_together(std::move(other_parts_), gap);
    dose_.problem = DoseProblem::none;
    return std::move(dose_);
  }

 private:
  OrderDose without_dose(DoseProblem problem) {
    dose_.problem = problem;
    dose_.courses.clear();
    return std::move(dose_);
  }

  /// False when an amount is in mL, and no concentration is known.
  bool add(fhir::Dosage const& dosage, std::size_t i) {
    auto courses = read_phases(dosage.phases, dosage);
    auto other = read_phases(dosage.other_phases, dosage);
    if (!courses) return false;
    bool by_text = dosage.from_text;
    bool contradicts =
        other && contradict({dosage.phases, *courses, dosage.other_phases, *other, dosage.by_other_weight});
    if (!contradicts && other && other->size() > courses->size()) {  // the text goes on where the fields end
      courses = other;
      by_text = true;
    }
    if (by_text) dose_.basis = rules::Basis::text;
    if (dose_.from.empty()) dose_.from = source_.from + "[" + std::to_string(i) + "]";
    auto const first_day = dosage.phases.front().first_day;
    // Equal in every member: ordered twice, or exported twice.
    bool const alone = source_.dosages.size() < 2;
    bool const again = !alone && !seen_.insert(instruction_key(*source_.dosages[i])).second;
    if ((contradicts || again) && !two_readings_) other_parts_ = parts_;
    two_readings_ = two_readings_ || contradicts || again;
    DosePart part{*std::move(courses), dosage.sequence, first_day};
    if (two_readings_)
      other_parts_.push_back(contradicts ? DosePart{*std::move(other), dosage.sequence, first_day} : part);
    if (!again) parts_.push_back(std::move(part));
    return true;
  }

  [[nodiscard]] std::optional<std::vector<DoseCourse>> read_phases(std::vector<DosePhase> const& phases,
                                                                   fhir::Dosage const& dosage) const {
    std::vector<DoseCourse> courses;
    for (auto const& phase : phases) {
      auto course = reader_.read(phase, dosage);
      if (!course) return std::nullopt;
      courses.push_back(*course);
    }
    return courses;
  }

  Knowledge const& knowledge_;
  DoseSource const& source_;
  PhaseReader reader_;
  OrderDose dose_;
  std::vector<DosePart> parts_, other_parts_;
  std::set<std::string> seen_;
  bool two_readings_ = false;
};

std::string shown(Decimal value, int places) { return value.rounded(places).short_text(); }

}  // namespace

DoseCourse const* OrderDose::starting() const {
  auto it = std::find_if(courses.begin(), courses.end(), [](auto const& course) { return !course.weeks; });
  return it == courses.end() ? nullptr : &*it;
}

DoseCourse const* OrderDose::repeating() const {
  auto it = std::find_if(courses.begin(), courses.end(), [](auto const& course) { return course.weeks.has_value(); });
  return it == courses.end() ? nullptr : &*it;
}

std::string_view OrderDose::schedule() const {
  if (starting() != nullptr) return repeating() != nullptr ? "course-then-repeats" : "course";
  return repeating() != nullptr ? "repeats" : "";
}

OrderDose read_dose(Knowledge const& knowledge, DoseSource const& source, std::optional<BodyWeight> const& weight) {
  return OrderDoseReader(knowledge, source, weight).read();
}

OrderDose read_order_dose(Knowledge const& knowledge, fhir::Order const& order, Product const& product,
                          std::optional<BodyWeight> const& weight) {
  return read_dose(knowledge,
                   {order.dosages, order.resource, product.concentration_g_per_ml,
                    std::string(order.resource_type) + ".dosageInstruction"},
                   weight);
}

std::optional<Decimal> measure_of(OrderDose const& dose, rules::DoseMeasure measure) {
  if (dose.courses.empty()) return std::nullopt;
  DoseCourse const& first = dose.courses.front();
  auto most = [&](std::optional<Decimal> DoseCourse::*member) {
    std::optional<Decimal> found;
    for (auto const& course : dose.courses) {
      if (course.*member && (!found || *found < *(course.*member))) found = course.*member;
    }
    return found;
  };
  switch (measure) {
    case rules::DoseMeasure::grams_per_day: return most(&DoseCourse::day_g);
    case rules::DoseMeasure::g_per_kg_day: return most(&DoseCourse::day_g_per_kg);
    case rules::DoseMeasure::grams_per_course: return first.open_ended ? std::nullopt : first.g;
    case rules::DoseMeasure::g_per_kg_course: return first.open_ended ? std::nullopt : first.g_per_kg;
    case rules::DoseMeasure::days: return first.days;
    case rules::DoseMeasure::weeks: return dose.repeating() != nullptr ? dose.repeating()->weeks : std::nullopt;
  }
  return std::nullopt;
}

std::string measure_text(rules::DoseMeasure measure, Decimal value) {
  switch (measure) {
    case rules::DoseMeasure::grams_per_day: return shown(value, 1) + " g a day";
    case rules::DoseMeasure::g_per_kg_day: return shown(value, 2) + " g/kg a day";
    case rules::DoseMeasure::grams_per_course: return shown(value, 1) + " g per course";
    case rules::DoseMeasure::g_per_kg_course: return shown(value, 2) + " g/kg per course";
    case rules::DoseMeasure::days: return value == kOne ? "on one day" : "over " + shown(value, 1) + " days";
    case rules::DoseMeasure::weeks: return value == kOne ? "every week" : "every " + shown(value, 1) + " weeks";
  }
  return {};
}

std::string dose_text(DoseCourse const& course) {
  std::string text;
  if (course.g_per_kg) text = shown(*course.g_per_kg, 2) + " g/kg";
  if (course.g) text += text.empty() ? shown(*course.g, 1) + " g" : " (" + shown(*course.g, 1) + " g)";
  if (course.unread) return text + " each time";
  if (course.open_ended) return text + " a day";
  if (!course.weeks) text += " per course";
  if (course.days) text += *course.days == kOne ? " on one day" : " over " + shown(*course.days, 1) + " days";
  if (course.weeks) text += *course.weeks == kOne ? " every week" : " every " + shown(*course.weeks, 1) + " weeks";
  return text;
}

std::string dose_text(std::vector<DoseCourse> const& courses) {
  std::string text;
  for (auto const& course : courses) text += (text.empty() ? "" : ", then ") + dose_text(course);
  return text;
}

std::string dose_text(OrderDose const& dose) { return dose_text(dose.courses); }

}  // namespace ivig::advice
