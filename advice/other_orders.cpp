#include "advice/other_orders.h"

#include <algorithm>
#include <unordered_map>

#include "fhir/read_resources.h"

namespace ivig::advice {
namespace {

using base::Day;
using base::Decimal;

std::int64_t whole_days(Decimal value) { return std::stoll(value.rounded(0).text()); }

/// The days an order covers. An open one has no end; of one that is not understood, a course is thought of.
OrderDays days_of(OrderDose const& dose, std::optional<Day> written, Day today) {
  OrderDays days;
  days.repeats = dose.repeating() != nullptr;
  std::optional<Day> first, last;
  for (auto const& course : dose.courses) {
    if (course.start && (!first || *course.start < *first)) first = course.start;
    if (course.end && (!last || *last < *course.end)) last = course.end;
  }
  days.dated = first.has_value();
  days.start = first.value_or(written.value_or(today));
  days.end = last;
  if (last) return days;
  constexpr Decimal kMostDays(3660, 0);  // ten years: beyond any order, and safe to count with
  Decimal length(dose.courses.empty() ? 5 : 0, 0);
  for (auto const& course : dose.courses) {
    if (course.weeks && !course.cycles) return days;
    if (course.open_ended) return days;
    if (course.weeks) length = length + *course.weeks * Decimal(7, 0) * *course.cycles;
    else length = length + course.days.value_or(Decimal(5, 0));
  }
  if (length <= kMostDays) days.end = days.start + std::chrono::days(std::max<std::int64_t>(whole_days(length), 1) - 1);
  return days;
}

bool replaces(IvigOrder const& newer, IvigOrder const& older) {
  return !newer.prior.empty() && !older.id.empty() && newer.prior == older.id;
}

/// A standing order written anew, when its next infusion is due or in the week before (half the interval, where that is
/// less): the next prescription of the same treatment, and the earlier one was left active.
bool renews(IvigOrder const& newer, IvigOrder const& older, Decimal tolerance) {
  auto const* new_cycle = newer.standing_cycle();
  auto const* old_cycle = older.standing_cycle();
  if (new_cycle == nullptr || old_cycle == nullptr || newer.name != older.name) return false;
  auto const& now = *new_cycle;
  auto const& then = *old_cycle;
  if (!(*now.weeks == *then.weeks)) return false;
  auto like = [&](std::optional<Decimal> const& a, std::optional<Decimal> const& b) {
    if (!a || !b) return false;
    Decimal const most = std::max(*a, *b);
    return most - std::min(*a, *b) <= most * tolerance;
  };
  bool const same_dose = like(now.g_per_kg, then.g_per_kg) || like(now.g, then.g);
  auto const interval = whole_days(*then.weeks * Decimal(7, 0));
  auto const due = std::chrono::days(interval - std::min<std::int64_t>(7, interval / 2));
  return same_dose && older.days.start + due <= newer.days.start;
}

bool overlap(OrderDays const& a, OrderDays const& b) {
  return (!a.end || b.start <= *a.end) && (!b.end || a.start <= *b.end);
}

bool is_active_order(fhir::Treatment const& treatment) {
  if (!fhir::is_order_type(treatment.resource_type)) return false;
  if (treatment.intent == "proposal" || treatment.intent == "plan" || treatment.intent == "option") return false;
  return treatment.status == "active" || treatment.status == "draft";
}

/// Numbers identifiers, so that two orders are compared without looking at letters.
class IdentifierNumbers {
 public:
  std::vector<std::uint32_t> of(std::vector<std::string> const& identifiers) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(identifiers.size());
    for (auto const& identifier : identifiers) {
      auto const next = static_cast<std::uint32_t>(numbers_.size());
      numbers.push_back(numbers_.try_emplace(identifier, next).first->second);
    }
    return numbers;
  }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }

 private:
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

/// An active order of the chart, if it is one of immune globulin and something says which days it is for.
std::optional<IvigOrder> order_of_chart(Knowledge const& knowledge, Record const& record,
                                        fhir::Treatment const& treatment) {
  if (!is_active_order(treatment)) return std::nullopt;
  fhir::Order as_order;
  as_order.resource_type = treatment.resource_type;
  as_order.drug = treatment.what;
  as_order.routes = treatment.routes;
  as_order.dosages = treatment.dosages;
  Product product = recognise_product(knowledge, as_order);
  if (!product.ivig) return std::nullopt;
  IvigOrder found;
  found.dose = read_order_dose(knowledge, as_order, product, record.weight);
  // Neither a date nor a dose that can be read: nothing says that its days are these.
  if (found.dose.courses.empty() && !treatment.start) return std::nullopt;
  found.reference = treatment.path;
  found.name = std::move(product.name);
  found.days = days_of(found.dose, treatment.start, record.today);
  found.id = treatment.id;
  found.group = treatment.group;
  found.prior = fhir::last_segment(treatment.prior_order);
  return found;
}

}  // namespace

DoseCourse const* IvigOrder::standing_cycle() const {
  DoseCourse const* cycle = days.end ? nullptr : dose.repeating();
  return cycle != nullptr && cycle->weeks ? cycle : nullptr;
}

IvigOrders::IvigOrders(Knowledge const& knowledge, Record const& record, std::vector<IvigDraft> const& drafts)
    : gap_(knowledge.rules.dose.course_gap_days), tolerance_(knowledge.rules.dose.tolerance) {
  IdentifierNumbers numbers;
  for (auto const& draft : drafts) {
    place_of_.push_back(orders_.size());
    IvigOrder& order = orders_.emplace_back();
    order.reference = std::string(draft.order.resource_type) + "/" + std::string(draft.order.id);
    order.name = draft.product.name;
    order.dose = draft.dose;
    order.days = days_of(draft.dose, std::nullopt, record.today);
    order.id = draft.order.id;
    order.group = draft.order.group;
    order.prior = fhir::last_segment(draft.order.prior_order);
    order.identifiers = numbers.of(draft.order.identifiers);
    order.draft = true;
  }
  for (auto const& statement : record.treatments) {
    if (statement.treatment == nullptr) continue;
    auto found = order_of_chart(knowledge, record, *statement.treatment);
    if (!found) continue;
    found->identifiers = numbers.of(statement.treatment->identifiers);
    orders_.push_back(std::move(*found));
  }
  identifiers_ = numbers.size();
  if (orders_.size() > 1) sort();
}

void IvigOrders::sort() {
  std::vector<std::size_t> order(orders_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return orders_[a].days.start < orders_[b].days.start; });
  std::vector<IvigOrder> sorted;
  sorted.reserve(orders_.size());
  for (std::size_t const from : order) {
    if (from < place_of_.size()) place_of_[from] = sorted.size();
    if (orders_[from].days.end) by_end_.push_back(sorted.size());
    sorted.push_back(std::move(orders_[from]));
  }
  orders_ = std::move(sorted);
  std::stable_sort(by_end_.begin(), by_end_.end(),
                   [&](std::size_t a, std::size_t b) { return *orders_[b].days.end < *orders_[a].days.end; });
}

/// One order against all others.
class IvigOrders::Comparison {
 public:
  Comparison(IvigOrders const& all, IvigOrder const& own)
      : all_(all), own_(own), extent_(own.days), relations_(all.orders_.size()), same_(all.orders_.size()) {
    ours_.resize(all.identifiers_);
    for (std::uint32_t const identifier : own.identifiers) ours_[identifier] = 1;
  }

  std::vector<Relation> run() && {
    for (std::size_t i = 0; i < all_.orders_.size(); ++i) {
      if (&all_.orders_[i] == &own_) continue;
      relations_[i] = relation_to(i);
      if (relations_[i] == Relation::one_course) grow(all_.orders_[i].days);
    }
    if (!own_.days.repeats && own_.days.dated) follow_days();
    return std::move(relations_);
  }

 private:
  [[nodiscard]] bool is_same(IvigOrder const& other) const {
    if (!own_.id.empty() && own_.id == other.id) return true;
    return std::any_of(other.identifiers.begin(), other.identifiers.end(),
                       [&](std::uint32_t identifier) { return ours_[identifier] != 0; });
  }

  [[nodiscard]] Relation relation_to(std::size_t place) {
    IvigOrder const& other = all_.orders_[place];
    same_[place] = is_same(other) || replaces(own_, other) || replaces(other, own_) ? 1 : 0;
    if (same_[place] != 0) return Relation::apart;
    OrderDays const& days = other.days;
    bool const courses = !own_.days.repeats && !days.repeats;
    if (!own_.group.empty() && own_.group == other.group) return courses ? Relation::one_course : Relation::apart;
    // A starting course and the repeats after it are often two drafts, neither with a date.
    bool const stages = other.draft && own_.days.repeats != days.repeats && !(own_.days.dated && days.dated);
    if (stages) return Relation::apart;
    if (!other.draft && renews(own_, other, all_.tolerance_)) return Relation::apart;
    if (overlap(own_.days, days)) return Relation::duplicate;
    if (!courses || !own_.days.dated || !days.dated) return Relation::apart;
    bool const after = own_.days.end && days.start - *own_.days.end <= all_.gap_ && *own_.days.end < days.start;
    bool const before = days.end && own_.days.start - *days.end <= all_.gap_ && *days.end < own_.days.start;
    return after || before ? Relation::one_course : Relation::apart;
  }

  void grow(OrderDays const& part) {
    extent_.start = std::min(extent_.start, part.start);
    if (extent_.end && part.end) extent_.end = std::max(*extent_.end, *part.end);
  }

  /// Days that follow the course through a part of it: day 1, day 2 and day 3 as three orders. The course only grows:
  /// what it has passed once it never meets again, so that each order is looked at once from either side.
  void follow_days() {
    std::size_t next = 0, before = 0;
    std::vector<std::size_t> met;
    do {
      met.clear();
      OrderDays const now = extent_;
      for (; now.end && next < all_.orders_.size() && all_.orders_[next].days.start <= *now.end + all_.gap_; ++next) {
        if (*now.end < all_.orders_[next].days.start && can_join(next)) met.push_back(next);
      }
      for (; before < all_.by_end_.size() && now.start - all_.gap_ <= last_day(before); ++before) {
        if (last_day(before) < now.start && can_join(all_.by_end_[before])) met.push_back(all_.by_end_[before]);
      }
      for (std::size_t const place : met) {
        relations_[place] = Relation::one_course;
        grow(all_.orders_[place].days);
      }
    } while (!met.empty());
  }

  [[nodiscard]] Day last_day(std::size_t place) const { return *all_.orders_[all_.by_end_[place]].days.end; }
  [[nodiscard]] bool can_join(std::size_t place) const {
    IvigOrder const& order = all_.orders_[place];
    return &order != &own_ && same_[place] == 0 && relations_[place] == Relation::apart && order.days.dated &&
           !order.days.repeats;
  }

  IvigOrders const& all_;
  IvigOrder const& own_;
  OrderDays extent_;  ///< the order's days, and those of the parts of its course
  std::vector<Relation> relations_;
  std::vector<char> same_;  ///< the same order seen twice, or one that replaces the other
  std::vector<char> ours_;  ///< by number: an identifier of this order
};

std::vector<OtherOrder> IvigOrders::beside(std::size_t draft) const {
  std::vector<OtherOrder> others;
  if (orders_.size() < 2) return others;
  std::vector<Relation> const relations = Comparison(*this, orders_[place_of_[draft]]).run();
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    if (relations[i] != Relation::apart) others.push_back({&orders_[i], relations[i]});
  }
  return others;
}

DoseCourse whole_course(DoseCourse course, std::vector<OtherOrder> const& others) {
  auto add = [](std::optional<Decimal>& sum, std::optional<Decimal> const& part) {
    sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
  };
  for (auto const& other : others) {
    if (other.relation != Relation::one_course) continue;
    for (auto const& part : other.order->dose.courses) {
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
