#include "advice/dose_parts.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/json_read.h"

namespace ivig::advice {
namespace {

using base::Decimal;
using base::Json;
using fhir::AmountOf;
using fhir::DosePhase;

constexpr Decimal kOne(1, 0);
constexpr Decimal kRounding(15, 2);  ///< vials: a share of the larger of two amounts

std::optional<Decimal> sum(std::optional<Decimal> const& a, std::optional<Decimal> const& b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

std::optional<Decimal> larger(std::optional<Decimal> const& a, std::optional<Decimal> const& b) {
  if (!a || !b) return a ? a : b;
  return std::max(*a, *b);
}

/// A part of a course: from which day on, counted from the first of all.
struct Placed {
  std::size_t order = 0;  ///< number of the instruction
  Decimal offset;
  DoseCourse course;
  [[nodiscard]] std::optional<Decimal> end() const {
    return course.days ? std::optional(offset + *course.days) : std::nullopt;
  }
};

/// Adds `part`, which does not begin before `whole`. False, and nothing added, when they have no unit in common.
bool add(Placed& whole, Placed const& part) {
  DoseCourse& course = whole.course;
  DoseCourse const& more = part.course;
  auto const g = sum(course.g, more.g), g_per_kg = sum(course.g_per_kg, more.g_per_kg);
  if (!g && !g_per_kg) return false;
  bool const together = !whole.end() || part.offset < *whole.end();
  course.g = g;
  course.g_per_kg = g_per_kg;
  course.day_g = together ? sum(course.day_g, more.day_g) : larger(course.day_g, more.day_g);
  course.day_g_per_kg =
      together ? sum(course.day_g_per_kg, more.day_g_per_kg) : larger(course.day_g_per_kg, more.day_g_per_kg);
  if (course.days && more.days)
    course.days = together ? std::max(*whole.end(), *part.end()) - whole.offset : *course.days + *more.days;
  else course.days.reset();
  course.open_ended = course.open_ended || more.open_ended;
  course.unread = course.unread || more.unread;
  if (more.start && (!course.start || *more.start < *course.start)) course.start = more.start;
  if (more.end && (!course.end || *course.end < *more.end)) course.end = more.end;
  whole.order = std::min(whole.order, part.order);
  return true;
}

Decimal days_between(base::Day from, base::Day to) { return {(to - from).count(), 0}; }

/// Where each part begins: by its date, else by the day it names, else after what has a lower sequence number.
void place(std::vector<DosePart> const& parts, std::vector<Placed>& placed) {
  std::optional<base::Day> first;
  for (auto const& part : placed) {
    if (part.course.start && (!first || *part.course.start < *first)) first = part.course.start;
  }
  auto sequence_of = [&](Placed const& part) { return parts[part.order].sequence.value_or(Decimal()); };
  std::stable_sort(placed.begin(), placed.end(),
                   [&](auto const& a, auto const& b) { return sequence_of(a) < sequence_of(b); });
  Decimal base, end;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (i > 0 && !(sequence_of(placed[i]) == sequence_of(placed[i - 1]))) base = end;
    Placed& part = placed[i];
    auto const& named = parts[part.order].first_day;
    if (part.course.start) part.offset = days_between(*first, *part.course.start);
    else if (named && kOne <= *named) part.offset = *named - kOne;
    else part.offset = base;
    end = std::max(end, part.offset + part.course.days.value_or(kOne));
  }
}

/// Courses that are not repeated: those at most `gap` apart become one.
std::vector<Placed> join_courses(std::vector<Placed> placed, Decimal gap) {
  std::stable_sort(placed.begin(), placed.end(), [](auto const& a, auto const& b) { return a.offset < b.offset; });
  std::vector<Placed> joined;
  for (auto const& part : placed) {
    // A day after the last one is a gap of nothing; three days apart are two days between.
    bool const near = !joined.empty() && (!joined.back().end() || part.offset < *joined.back().end() + gap);
    if (!near || !add(joined.back(), part)) joined.push_back(part);
  }
  return joined;
}

/// Cycles at one interval: parts of one cycle, unless each says which comes after which.
std::vector<Placed> join_cycles(std::vector<DosePart> const& parts, std::vector<Placed> placed) {
  std::map<std::string, std::size_t> by_interval;
  std::vector<Placed> joined;
  for (auto& part : placed) {
    auto const& own = parts[part.order];
    std::string key = part.course.weeks->text();
    if (own.sequence) key += " in sequence " + own.sequence->text();
    auto const [found, is_new] = by_interval.try_emplace(key, joined.size());
    if (own.first_day && kOne <= *own.first_day) part.offset = *own.first_day - kOne;
    bool const dated_apart = !is_new && joined[found->second].course.end && part.course.start &&
                             *joined[found->second].course.end < *part.course.start;
    if (is_new || dated_apart || !add(joined[found->second], part)) joined.push_back(part);
  }
  return joined;
}

std::optional<bool> alike(std::optional<Decimal> const& a, std::optional<Decimal> const& b) {
  if (!a || !b) return std::nullopt;
  Decimal const most = std::max(*a, *b);
  return most - std::min(*a, *b) <= most * kRounding;
}

bool in_grams(fhir::Amount const& amount) { return amount.g || amount.ml; }
bool by_weight(fhir::Amount const& amount) { return amount.g_per_kg || amount.ml_per_kg; }

/// Are the amounts of two courses alike, in a unit that both state, else by body weight? nullopt: not to be told.
std::optional<bool> amounts_alike(DoseReadings const& readings, DosePhase const& coded, DosePhase const& other,
                                  std::optional<Decimal> DoseCourse::*g, std::optional<Decimal> DoseCourse::*g_per_kg,
                                  DoseCourse const& a, DoseCourse const& b) {
  bool const grams = in_grams(coded.amount) && in_grams(other.amount);
  bool const weighed = by_weight(coded.amount) && by_weight(other.amount);
  if (!grams && !weighed && readings.by_other_weight) return std::nullopt;
  if (grams || !weighed) {
    if (auto const same = alike(a.*g, b.*g)) return same;
  }
  return alike(a.*g_per_kg, b.*g_per_kg);
}

bool agree(DoseReadings const& readings, DosePhase const& coded, DoseCourse const& a, DosePhase const& other,
           DoseCourse const& b) {
  auto const whole = amounts_alike(readings, coded, other, &DoseCourse::g, &DoseCourse::g_per_kg, a, b);
  auto const daily = amounts_alike(readings, coded, other, &DoseCourse::day_g, &DoseCourse::day_g_per_kg, a, b);
  bool const bare = other.of == AmountOf::administration && !other.days && !other.times && !other.every;
  if (bare || a.open_ended || b.open_ended) return daily.value_or(true) || whole == true;
  if (a.weeks && b.weeks && alike(a.weeks, b.weeks) == false) return false;
  if (!whole.value_or(true)) return false;
  return !a.days || !b.days || *a.days == *b.days;
}

void append(Json const& value, std::string& key) {
  if (value.IsObject()) {
    key += '{';
    for (auto const& member : value.GetObject()) {
      key.append(member.name.GetString(), member.name.GetStringLength()).push_back('\0');
      append(member.value, key);
    }
    key += '}';
  } else if (value.IsArray()) {
    key += '[';
    for (Json const& item : value.GetArray()) append(item, key);
    key += ']';
  } else if (value.IsString()) {
    key.append(base::as_string(value)).push_back('\0');
  } else {
    key += value.IsNumber() ? base::number_text(value) : value.IsTrue() ? "true" : value.IsNull() ? "null" : "false";
    key.push_back('\0');
  }
}

}  // namespace

std::vector<DoseCourse> put_together(std::vector<DosePart> parts, std::chrono::days gap) {
  if (parts.size() == 1) return std::move(parts.front().courses);
  std::vector<Placed> single, repeated, all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const& courses = parts[i].courses;
    for (auto const& course : courses) {
      auto& place = courses.size() > 1 ? all : course.weeks ? repeated : single;
      place.push_back({i, Decimal(), course});
    }
  }
  place(parts, single);
  for (auto const& part : join_courses(std::move(single), Decimal(gap.count(), 0))) all.push_back(part);
  for (auto const& part : join_cycles(parts, std::move(repeated))) all.push_back(part);
  std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.order < b.order; });
  std::vector<DoseCourse> courses;
  courses.reserve(all.size());
  for (auto const& part : all) courses.push_back(part.course);
  return courses;
}

bool contradict(DoseReadings const& readings) {
  // One coded phase against the phases of a text: the text may tell more, but must tell this one.
  for (std::size_t i = 0; i < readings.coded.size(); ++i) {
    bool found = readings.other.empty();
    for (std::size_t j = 0; j < readings.other.size() && !found; ++j) {
      found =
          agree(readings, readings.coded[i], readings.coded_courses[i], readings.other[j], readings.other_courses[j]);
    }
    if (!found) return true;
  }
  return false;
}

std::string instruction_key(Json const& instruction) {
  std::string key;
  append(instruction, key);
  return key;
}

}  // namespace ivig::advice
