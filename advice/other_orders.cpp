#include "advice/other_orders.h"

#include <algorithm>

#include "fhir/read_resources.h"

namespace ivig::advice {
namespace {

using base::Day;
using base::Decimal;

/// What of an order decides how it stands to another.
struct Identity {
  std::string_view id, group, prior;
  std::vector<std::string> const* identifiers;
};

struct Extent {
  Day start;
  std::optional<Day> end;  ///< empty: goes on
  bool dated = false;
  bool repeats = false;
};

std::int64_t whole_days(Decimal value) { return std::stoll(value.rounded(0).text()); }

/// The days an order covers. One that is not understood, or open, has no end.
Extent extent_of(OrderDose const& dose, std::optional<Day> written, Day today) {
  Extent extent;
  extent.repeats = dose.repeating() != nullptr;
  std::optional<Day> first, last;
  for (auto const& course : dose.courses) {
    if (course.start && (!first || *course.start < *first)) first = course.start;
    if (course.end && (!last || *last < *course.end)) last = course.end;
  }
  extent.dated = first.has_value();
  extent.start = first.value_or(written.value_or(today));
  extent.end = last;
  if (last || dose.courses.empty()) return extent;
  constexpr Decimal kMostDays(3660, 0);  // ten years: beyond any order, and safe to count with
  Decimal length(0, 0);
  for (auto const& course : dose.courses) {
    if (course.weeks && !course.cycles) return extent;
    if (course.open_ended) return extent;
    if (course.weeks) length = length + *course.weeks * Decimal(7, 0) * *course.cycles;
    else length = length + course.days.value_or(Decimal(5, 0));
  }
  if (length <= kMostDays)
    extent.end = extent.start + std::chrono::days(std::max<std::int64_t>(whole_days(length), 1) - 1);
  return extent;
}

bool same_order(Identity const& a, Identity const& b) {
  if (!a.id.empty() && a.id == b.id) return true;
  return std::any_of(a.identifiers->begin(), a.identifiers->end(), [&](std::string const& identifier) {
    return std::find(b.identifiers->begin(), b.identifiers->end(), identifier) != b.identifiers->end();
  });
}

bool replaces(Identity const& newer, Identity const& older) {
  return !newer.prior.empty() && !older.id.empty() && fhir::last_segment(newer.prior) == older.id;
}

bool overlap(Extent const& a, Extent const& b) {
  return (!a.end || b.start <= *a.end) && (!b.end || a.start <= *b.end);
}

class Comparison {
 public:
  Comparison(Knowledge const& knowledge, Identity own, Extent extent)
      : gap_(knowledge.rules.dose.course_gap_days), own_(own), extent_(extent) {}

  [[nodiscard]] Relation with(Identity const& other, Extent const& extent, bool draft) const {
    if (same_order(own_, other) || replaces(own_, other) || replaces(other, own_)) return Relation::apart;
    bool const courses = !extent_.repeats && !extent.repeats;
    if (!own_.group.empty() && own_.group == other.group) return courses ? Relation::one_course : Relation::apart;
    // A starting course and the repeats after it are often two drafts, neither with a date.
    bool const stages = draft && extent_.repeats != extent.repeats && !(extent_.dated && extent.dated);
    if (stages) return Relation::apart;
    if (overlap(extent_, extent)) return Relation::duplicate;
    if (!courses || !extent_.dated || !extent.dated) return Relation::apart;
    bool const after = extent_.end && extent.start - *extent_.end <= gap_ && *extent_.end < extent.start;
    bool const before = extent.end && extent_.start - *extent.end <= gap_ && *extent.end < extent_.start;
    return after || before ? Relation::one_course : Relation::apart;
  }

  /// Days that follow the course through a part of it: day 1, day 2 and day 3 as three orders.
  void grow(Extent const& part) {
    extent_.start = std::min(extent_.start, part.start);
    if (extent_.end && part.end) extent_.end = std::max(*extent_.end, *part.end);
  }

 private:
  std::chrono::days gap_;
  Identity own_;
  Extent extent_;
};

struct Candidate {
  OtherOrder order;
  Identity identity;
  Extent extent;
  bool draft;
};

bool is_active_order(fhir::Treatment const& treatment) {
  if (!fhir::is_order_type(treatment.resource_type)) return false;
  if (treatment.intent == "proposal" || treatment.intent == "plan" || treatment.intent == "option") return false;
  return treatment.status == "active" || treatment.status == "draft";
}

std::vector<Candidate> candidates(Knowledge const& knowledge, Record const& record,
                                  std::vector<fhir::Order const*> const& drafts) {
  std::vector<Candidate> found;
  for (auto const* draft : drafts) {
    Product product = recognise_product(knowledge, *draft);
    if (!product.ivig) continue;
    OrderDose dose = read_order_dose(knowledge, *draft, product, record.weight);
    Extent const extent = extent_of(dose, std::nullopt, record.today);
    std::string reference = std::string(draft->resource_type) + "/" + std::string(draft->id);
    found.push_back({{std::move(reference), product.name, std::move(dose)},
                     {draft->id, draft->group, draft->prior_order, &draft->identifiers},
                     extent,
                     true});
  }
  for (auto const& statement : record.treatments) {
    auto const& treatment = *statement.treatment;
    if (!is_active_order(treatment)) continue;
    fhir::Order as_order;
    as_order.resource_type = treatment.resource_type;
    as_order.drug = treatment.what;
    as_order.routes = treatment.routes;
    as_order.dosages = treatment.dosages;
    Product product = recognise_product(knowledge, as_order);
    if (!product.ivig) continue;
    OrderDose dose = read_order_dose(knowledge, as_order, product, record.weight);
    Extent const extent = extent_of(dose, treatment.start, record.today);
    found.push_back({{treatment.path, product.name, std::move(dose)},
                     {treatment.id, treatment.group, treatment.prior_order, &treatment.identifiers},
                     extent,
                     false});
  }
  return found;
}

}  // namespace

std::vector<OtherOrder> other_orders(Knowledge const& knowledge, Record const& record, fhir::Order const& order,
                                     OrderDose const& dose, std::vector<fhir::Order const*> const& drafts) {
  Comparison comparison(knowledge, {order.id, order.group, order.prior_order, &order.identifiers},
                        extent_of(dose, std::nullopt, record.today));
  std::vector<Candidate> found = candidates(knowledge, record, drafts);
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.extent.start < b.extent.start; });
  for (auto& candidate : found)
    candidate.order.relation = comparison.with(candidate.identity, candidate.extent, candidate.draft);
  for (bool grown = true; grown;) {
    grown = false;
    for (auto& candidate : found) {
      if (candidate.order.relation == Relation::one_course) comparison.grow(candidate.extent);
    }
    for (auto& candidate : found) {
      if (candidate.order.relation != Relation::apart) continue;
      if (comparison.with(candidate.identity, candidate.extent, candidate.draft) != Relation::one_course) continue;
      candidate.order.relation = Relation::one_course;
      grown = true;
    }
  }
  std::vector<OtherOrder> orders;
  for (auto& candidate : found) orders.push_back(std::move(candidate.order));
  return orders;
}

DoseCourse whole_course(DoseCourse course, std::vector<OtherOrder> const& others) {
  auto add = [](std::optional<Decimal>& sum, std::optional<Decimal> const& part) {
    sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
  };
  for (auto const& other : others) {
    if (other.relation != Relation::one_course) continue;
    for (auto const& part : other.dose.courses) {
      add(course.g, part.g);
      add(course.g_per_kg, part.g_per_kg);
      add(course.days, part.days);
      course.open_ended = course.open_ended || part.open_ended;
      if (part.day_g && (!course.day_g || *course.day_g < *part.day_g)) course.day_g = part.day_g;
      if (part.day_g_per_kg && (!course.day_g_per_kg || *course.day_g_per_kg < *part.day_g_per_kg))
        course.day_g_per_kg = part.day_g_per_kg;
    }
  }
  return course;
}

}  // namespace ivig::advice
