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

/// What is given each time, and how often; a standing order has no end.
struct Standing {
  std::string_view product;
  DoseCourse const* cycle = nullptr;  ///< null: not repeated, or with an end
};

std::int64_t whole_days(Decimal value) { return std::stoll(value.rounded(0).text()); }

/// The days an order covers. An open one has no end; of one that is not understood, a course is thought of.
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
  if (last) return extent;
  constexpr Decimal kMostDays(3660, 0);  // ten years: beyond any order, and safe to count with
  Decimal length(dose.courses.empty() ? 5 : 0, 0);
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

/// A standing order written anew, when its next infusion is due or in the week before (half the interval, where that is
/// less): the next prescription of the same treatment, and the earlier one was left active.
bool renews(Standing const& newer, Extent const& written, Standing const& older, Extent const& before,
            Decimal tolerance) {
  if (newer.cycle == nullptr || older.cycle == nullptr || newer.product != older.product) return false;
  auto const& now = *newer.cycle;
  auto const& then = *older.cycle;
  if (!(*now.weeks == *then.weeks)) return false;
  auto like = [&](std::optional<Decimal> const& a, std::optional<Decimal> const& b) {
    if (!a || !b) return false;
    Decimal const most = std::max(*a, *b);
    return most - std::min(*a, *b) <= most * tolerance;
  };
  bool const same_dose = like(now.g_per_kg, then.g_per_kg) || like(now.g, then.g);
  auto const interval = whole_days(*then.weeks * Decimal(7, 0));
  auto const due = std::chrono::days(interval - std::min<std::int64_t>(7, interval / 2));
  return same_dose && before.start + due <= written.start;
}

bool overlap(Extent const& a, Extent const& b) {
  return (!a.end || b.start <= *a.end) && (!b.end || a.start <= *b.end);
}

/// The cycle of an order that goes on until somebody ends it.
Standing standing_of(std::string_view product, OrderDose const& dose, Extent const& extent) {
  DoseCourse const* cycle = extent.end ? nullptr : dose.repeating();
  return {product, cycle != nullptr && cycle->weeks ? cycle : nullptr};
}

class Comparison {
 public:
  Comparison(Knowledge const& knowledge, Identity own, Extent extent, Standing standing)
      : gap_(knowledge.rules.dose.course_gap_days),
        tolerance_(knowledge.rules.dose.tolerance),
        own_(own),
        extent_(extent),
        standing_(standing) {}

  [[nodiscard]] Relation with(Identity const& other, Extent const& extent, Standing const& standing, bool draft) const {
    if (same_order(own_, other) || replaces(own_, other) || replaces(other, own_)) return Relation::apart;
    bool const courses = !extent_.repeats && !extent.repeats;
    if (!own_.group.empty() && own_.group == other.group) return courses ? Relation::one_course : Relation::apart;
    // A starting course and the repeats after it are often two drafts, neither with a date.
    bool const stages = draft && extent_.repeats != extent.repeats && !(extent_.dated && extent.dated);
    if (stages) return Relation::apart;
    if (!draft && renews(standing_, extent_, standing, extent, tolerance_)) return Relation::apart;
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
  Decimal tolerance_;
  Identity own_;
  Extent extent_;
  Standing standing_;
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
    if (statement.treatment == nullptr || !is_active_order(*statement.treatment)) continue;
    auto const& treatment = *statement.treatment;
    fhir::Order as_order;
    as_order.resource_type = treatment.resource_type;
    as_order.drug = treatment.what;
    as_order.routes = treatment.routes;
    as_order.dosages = treatment.dosages;
    Product product = recognise_product(knowledge, as_order);
    if (!product.ivig) continue;
    OrderDose dose = read_order_dose(knowledge, as_order, product, record.weight);
    // Neither a date nor a dose that can be read: nothing says that its days are these.
    if (dose.courses.empty() && !treatment.start) continue;
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
                                     Product const& product, OrderDose const& dose,
                                     std::vector<fhir::Order const*> const& drafts) {
  Extent const own = extent_of(dose, std::nullopt, record.today);
  Comparison comparison(knowledge, {order.id, order.group, order.prior_order, &order.identifiers}, own,
                        standing_of(product.name, dose, own));
  std::vector<Candidate> found = candidates(knowledge, record, drafts);
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.extent.start < b.extent.start; });
  auto relation_of = [&](Candidate const& candidate) {
    Standing const standing = standing_of(candidate.order.name, candidate.order.dose, candidate.extent);
    return comparison.with(candidate.identity, candidate.extent, standing, candidate.draft);
  };
  for (auto& candidate : found) candidate.order.relation = relation_of(candidate);
  for (bool grown = true; grown;) {
    grown = false;
    for (auto& candidate : found) {
      if (candidate.order.relation == Relation::one_course) comparison.grow(candidate.extent);
    }
    for (auto& candidate : found) {
      if (candidate.order.relation != Relation::apart) continue;
      if (relation_of(candidate) != Relation::one_course) continue;
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
