// `timing` of a dosage: elements of FHIR R4 Timing (and their spellings in DSTU2, STU3 and R5) as the schedule of a
// DosePhase. Times of a day are counted by instants: a period is half open, [start, end).

#include <algorithm>
#include <array>
#include <bitset>
#include <map>
#include <string>
#include <utility>

#include "base/json_read.h"
#include "fhir/dosage.h"
#include "fhir/read_elements.h"
#include "fhir/timing_bounds.h"

namespace ivig::fhir {
namespace {

using base::Decimal;
using base::Instant;
using base::Json;
using std::chrono::days;
using std::chrono::milliseconds;

constexpr Decimal kOne(1, 0);
constexpr Decimal kDay(1440, 0);
constexpr Decimal kWeek(10080, 0);
constexpr days kCourseGap{3};  ///< infusions at most so far apart are one course
constexpr days kRepeatGap{7};  ///< and from here on they are a new one; between the two nobody can say
constexpr std::size_t kMostEvents = 1000;

Decimal whole(std::int64_t count) { return {count, 0}; }
DecimalRange exactly(Decimal value) { return {value, value}; }

Amount multiplied(Amount amount, Decimal by) {
  for (auto* place : {&amount.g, &amount.g_per_kg, &amount.ml, &amount.ml_per_kg}) {
    if (*place) *place = DecimalRange{(*place)->low * by, (*place)->high * by};
  }
  return amount;
}

/// HL7 EventTiming codes that name one moment of a day. Those for meals (C, AC, PC) name three and are left unread.
constexpr std::array<std::string_view, 19> kMoments{
    "MORN",  "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE", "EVE.early", "EVE.late",
    "NIGHT", "PHS",        "HS",        "WAKE", "ACM", "ACD",       "ACV",      "PCM", "PCV"};

/// Timing codes, as times a day. HL7 v3 GTSAbbreviation (BID, TID, QID, QD, Q4H ...); SNOMED CT frequencies.
constexpr std::array<std::pair<std::string_view, int>, 19> kTimesADay{{
    {"QD", 1},        {"AM", 1},  {"PM", 1},  {"BED", 1}, {"BID", 2}, {"TID", 3},  {"QID", 4},      {"Q1H", 24},
    {"Q2H", 12},      {"Q3H", 8}, {"Q4H", 6}, {"Q6H", 4}, {"Q8H", 3}, {"Q12H", 2}, {"69620002", 1},  // daily
    {"229797004", 1},                                                                                // once daily
    {"229799001", 2},                                                                                // twice a day
    {"229798009", 3},  // three times daily
    {"307439001", 4},  // four times daily
}};

constexpr std::array<std::string_view, 7> kWeekDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
using Week = std::bitset<7>;  ///< from Monday

/// The longest wait between two of the days, week after week.
int widest_gap(Week const& week) {
  int widest = 0, last = -1, first = -1;
  for (int day = 0; day < 7; ++day) {
    if (!week[static_cast<std::size_t>(day)]) continue;
    if (first < 0) first = day;
    else widest = std::max(widest, day - last);
    last = day;
  }
  return std::max(widest, first + 7 - last);
}

class TimingReader {
 public:
  explicit TimingReader(DosePhase& phase) : phase_(phase) {}

  void read(Json const& timing) {
    if (Json const* repeat = base::object_member(timing, "repeat")) read_repeat(*repeat);
    read_events(timing);
    bool const silent = !phase_.every && !phase_.times && phase_.of == AmountOf::administration;
    if (silent && !phase_.timing_unread) read_code(timing);
  }

 private:
  void unread() { phase_.timing_unread = true; }

  void read_repeat(Json const& repeat) {
    auto frequency = positive_number(repeat, "frequency");
    auto period = minutes_member(repeat, "period", "periodUnit");
    auto const duration = minutes_member(repeat, "duration", "durationUnit");
    Bounds bounds = read_bounds(repeat, phase_);
    if ((stands(repeat, "frequency") && !frequency) || (stands(repeat, "count") && !positive_number(repeat, "count")) ||
        ((stands(repeat, "period") || stands(repeat, "periodUnit") || stands(repeat, "periodUnits")) && !period)) {
      unread();
      return;
    }
    read_moments(repeat);
    Week const week = read_week(repeat);
    if (phase_.timing_unread) return;
    // A duration that is no shorter than the period cannot be that of one administration: it means the bounds.
    bool const bounds_misplaced = duration && period && *period <= *duration;
    if (bounds_misplaced && !bounds.days) bounds.days = exactly(*duration / kDay);
    if (duration && !bounds_misplaced && kDay < *duration) {
      phase_.days = exactly(*duration / kDay);
      if (phase_.of == AmountOf::administration) phase_.of = AmountOf::whole;
    }
    if (week.any() && (!period || *period == kDay || *period == kWeek)) {
      read_weekly(repeat, week, bounds);
      return;
    }
    if (!period && moments_ > 0) period = kDay;
    if (!period && frequency && !positive_number(repeat, "count")) {
      if (kOne < *frequency || !phase_.days) unread();  // so many times, and nobody says in how long
      return;
    }
    read_interval(repeat, frequency.value_or(kOne), period, bounds);
  }

  /// `timeOfDay` and `when`: moments of a day.
  void read_moments(Json const& repeat) {
    base::each(repeat, "timeOfDay", [&](Json const& item, std::size_t) {
      auto const time = clock_time(base::as_string(item));
      if (!time) unread();
      else if (clock_.size() < 24) clock_.push_back(*time);
      ++moments_;
    });
    std::int64_t events = 0;
    base::each(repeat, "when", [&](Json const& item, std::size_t) {
      auto const code = base::as_string(item);
      if (std::find(kMoments.begin(), kMoments.end(), code) == kMoments.end()) unread();
      ++events;
    });
    moments_ = std::max(moments_, events);
    if (24 < moments_) unread();
  }

  Week read_week(Json const& repeat) {
    Week week;
    base::each(repeat, "dayOfWeek", [&](Json const& item, std::size_t) {
      auto const found = std::find(kWeekDays.begin(), kWeekDays.end(), base::as_string(item));
      if (found == kWeekDays.end()) unread();
      else week.set(static_cast<std::size_t>(found - kWeekDays.begin()));
    });
    return week;
  }

  /// Named days of the week. Where they leave no gap, a course goes on until its bounds; else each week is a cycle.
  void read_weekly(Json const& repeat, Week const& week, Bounds const& bounds) {
    Decimal const each_day = whole(std::max<std::int64_t>(1, moments_));
    Decimal const a_week = whole(static_cast<std::int64_t>(week.count()));
    auto const count = positive_number(repeat, "count");
    std::optional<Decimal> infusion_days;  ///< in all
    if (count) infusion_days = (*count / each_day).rounded(6);
    else if (bounds.days && phase_.start) infusion_days = days_in_bounds(week, bounds.days->high);
    else if (bounds.days) infusion_days = (bounds.days->high * a_week / whole(7)).rounded(0);
    phase_.per_day = each_day;
    bool const endless = widest_gap(week) <= kCourseGap.count();
    bool const one_week = infusion_days && *infusion_days <= a_week;
    if (endless || one_week) {
      if (!infusion_days) return unread();
      phase_.days = exactly(*infusion_days);
      phase_.times = *infusion_days * each_day;
      return;
    }
    phase_.every = exactly(kWeek);
    if (kOne < a_week * each_day) phase_.times = a_week * each_day;
    if (kOne < each_day) phase_.days = exactly(a_week);
    if (infusion_days) phase_.cycles = std::max(kOne, (*infusion_days / a_week).rounded(0));
  }

  [[nodiscard]] Decimal days_in_bounds(Week const& week, Decimal length) const {
    constexpr std::int64_t kLongest = 3660;  // ten years, beyond any order
    std::int64_t found = 0;
    std::int64_t const count = std::min<std::int64_t>(kLongest, std::stoll(length.rounded(0).text()));
    for (std::int64_t day = 0; day < count; ++day) {
      std::chrono::weekday const name(*phase_.start + days(day));
      if (week[name.iso_encoding() - 1]) ++found;
    }
    return whole(found);
  }

  void read_interval(Json const& repeat, Decimal frequency, std::optional<Decimal> period, Bounds const& bounds) {
    auto const count = positive_number(repeat, "count");
    if (!period) {
      if (count) phase_.times = count;
      else if (bounds.days && !phase_.days) phase_.days = bounds.days;
      else if (bounds.unread) unread();
      return;
    }
    Decimal const most = std::max(frequency, positive_number(repeat, "frequencyMax").value_or(frequency));
    Decimal const longest = std::max(*period, minutes_member(repeat, "periodMax", "periodUnit").value_or(*period));
    if (*period <= kDay && longest <= kDay) {
      Decimal const a_day = (std::max(most, whole(moments_)) * kDay / *period).rounded(6);
      return read_daily(a_day, count, bounds);
    }
    phase_.every = DecimalRange{*period, longest};
    if (kOne < most) phase_.times = most;
    if (count) phase_.cycles = (*count / most).rounded(6);
    else if (bounds.days) phase_.cycles = std::max(kOne, (bounds.days->high * kDay / *period).rounded(0));
    else if (bounds.unread) unread();
  }

  /// So many times each day.
  void read_daily(Decimal a_day, std::optional<Decimal> count, Bounds const& bounds) {
    if (!count && bounds.times && !clock_.empty() && phase_.of == AmountOf::administration)
      return read_clock(*bounds.times);
    if (phase_.of == AmountOf::administration) {
      phase_.amount = multiplied(phase_.amount, a_day);
      phase_.of = AmountOf::day;
    }
    if (count) phase_.times = (*count / a_day).rounded(6);
    else phase_.days = bounds.days;
  }

  /// The named times of day that fall into [start, end).
  void read_clock(std::pair<Instant, Instant> const& bounds) {
    auto const midnight = std::chrono::floor<days>(bounds.first);
    std::int64_t times = 0, first = -1, last = -1;
    for (milliseconds const clock : clock_) {
      std::int64_t const from = std::max<std::int64_t>(0, ceiling(bounds.first - (midnight + clock), days(1)));
      std::int64_t const to = ceiling(bounds.second - (midnight + clock), days(1));  // the first that is too late
      if (to <= from) continue;
      times += to - from;
      first = first < 0 ? from : std::min(first, from);
      last = std::max(last, to - 1);
    }
    if (times == 0) return unread();
    phase_.per_day = whole(static_cast<std::int64_t>(clock_.size()));
    phase_.times = whole(times);
    phase_.days = exactly(whole(last - first + 1));
  }

  /// Each event is one administration. Those of one day go together; a gap of at most three days is within a course,
  /// one of a week or more begins the next cycle, and between the two it cannot be told.
  void read_events(Json const& timing) {
    std::map<base::Day, std::int64_t> by_day;
    if (!collect_events(timing, by_day) || by_day.empty()) return;
    phase_.start = by_day.begin()->first;
    if (phase_.every || phase_.days || phase_.times) return;  // when it starts; `repeat` says how it goes on
    phase_.end = by_day.rbegin()->first;
    struct Cluster {
      base::Day start, last;
      std::int64_t events = 0, days = 0, most = 0;
      days::rep widest = 0;
    };
    std::vector<Cluster> clusters;
    for (auto const& [day, events] : by_day) {
      auto const gap = clusters.empty() ? days(0) : day - clusters.back().last;
      if (kCourseGap < gap && gap < kRepeatGap) return unread();
      if (clusters.empty() || kCourseGap < gap) clusters.push_back({day, day, 0, 0, 0, 0});
      Cluster& cluster = clusters.back();
      cluster.widest = std::max(cluster.widest, (day - cluster.last).count());
      cluster.last = day;
      cluster.events += events;
      ++cluster.days;
      cluster.most = std::max(cluster.most, events);
    }
    auto const& largest = *std::max_element(clusters.begin(), clusters.end(),
                                            [](auto const& a, auto const& b) { return a.events < b.events; });
    bool const each = phase_.of == AmountOf::administration;
    if (each && 1 < largest.most) {
      phase_.per_day = whole(largest.most);
      phase_.days = exactly(whole(largest.days));
    }
    if (clusters.size() == 1) {
      phase_.times = whole(each ? largest.events : largest.days);
      if (each && 1 < largest.days) phase_.every = exactly(whole(largest.widest) * kDay);
      return;
    }
    auto nearest = clusters[1].start - clusters[0].start;
    for (std::size_t i = 2; i < clusters.size(); ++i)
      nearest = std::min(nearest, clusters[i].start - clusters[i - 1].start);
    phase_.every = exactly(whole(nearest.count()) * kDay);
    phase_.cycles = whole(static_cast<std::int64_t>(clusters.size()));
    if (1 < largest.events) phase_.times = whole(each ? largest.events : largest.days);
  }

  /// False, and the timing unread, when one of them is no date.
  bool collect_events(Json const& timing, std::map<base::Day, std::int64_t>& by_day) {
    Json const* found = base::member(timing, "event");
    if (base::member(timing, "_event") != nullptr) unread();
    if (found == nullptr) return !phase_.timing_unread;
    std::size_t const count = found->IsArray() ? found->Size() : 1;
    if (kMostEvents < count) unread();
    for (std::size_t i = 0; i < std::min(count, kMostEvents); ++i) {
      auto const text = base::as_string(found->IsArray() ? (*found)[i] : *found);
      auto const day = text.size() < 10 ? std::nullopt : base::parse_day(text);
      if (day) ++by_day[*day];
      else unread();
    }
    return !phase_.timing_unread;
  }

  void read_code(Json const& timing) {
    for (Concept const& code : read_concepts(timing, "code")) {
      if (read_known_code(code)) return;
      auto schedule = parse_schedule_text(code.text);
      for (Coding const& coding : code.codings) {
        if (!schedule) schedule = parse_schedule_text(coding.code);
        if (!schedule) schedule = parse_schedule_text(coding.display);
      }
      if (!schedule) return unread();
      return lay_over(*schedule, phase_);
    }
    if (base::member(timing, "_code") != nullptr) unread();
  }

  bool read_known_code(Concept const& code) {
    for (Coding const& coding : code.codings) {
      for (auto const& [known, times] : kTimesADay) {
        if (!same_code(coding.code, known)) continue;
        phase_.amount = multiplied(phase_.amount, whole(times));
        phase_.of = AmountOf::day;
        return true;
      }
    }
    return false;
  }

  DosePhase& phase_;
  std::int64_t moments_ = 0;         ///< times of day that are named
  std::vector<milliseconds> clock_;  ///< those that are given by the clock
};

}  // namespace

void lay_over(DosePhase const& schedule, DosePhase& phase) {
  auto const bounds = phase.days;
  bool const each_day = schedule.days.has_value();  // "x 5 days": each of them
  if (schedule.of == AmountOf::day && phase.of == AmountOf::administration)
    phase.amount = multiplied(phase.amount, schedule.per_day);
  phase.of = each_day && phase.of == AmountOf::administration ? AmountOf::day : schedule.of;
  phase.times = schedule.times;
  phase.every = schedule.every;
  phase.cycles = schedule.cycles;
  phase.first_day = schedule.first_day;
  phase.timing_unread = false;
  phase.days = schedule.every ? schedule.days : bounds ? bounds : schedule.days;
  if (schedule.every && bounds && !phase.cycles)
    phase.cycles = std::max(kOne, (bounds->high * kDay / schedule.every->low).rounded(0));
}

void read_timing(Json const& timing, DosePhase& phase) { TimingReader(phase).read(timing); }

std::optional<Decimal> running_minutes(Json const& dosage) {
  Json const* timing = base::object_member(dosage, "timing");
  Json const* repeat = timing == nullptr ? nullptr : base::object_member(*timing, "repeat");
  return repeat == nullptr ? std::nullopt : minutes_member(*repeat, "duration", "durationUnit");
}

}  // namespace ivig::fhir
