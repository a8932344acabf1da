#include "base/clock.h"

#include "base/digits.h"

namespace ivig::base {
namespace {

void append_padded(std::string& out, long value, std::size_t width) {
  std::string const text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out += text;
}

}  // namespace

std::optional<Day> parse_day(std::string_view fhir_date) {
  auto const year = digits_at(fhir_date, 0, 4);
  if (!year || *year == 0) return std::nullopt;
  int month = 1;
  int day = 1;
  if (fhir_date.size() > 4) {
    auto const read = digits_at(fhir_date, 5, 2);
    if (fhir_date[4] != '-' || !read) return std::nullopt;
    month = *read;
  }
  if (fhir_date.size() > 7) {
    auto const read = digits_at(fhir_date, 8, 2);
    if (fhir_date[7] != '-' || !read) return std::nullopt;
    day = *read;
  }
  // The day as written: the clinic's calendar, not UTC's. The time is not looked at beyond its hours and minutes.
  if (fhir_date.size() > 10) {
    bool const time = fhir_date[10] == 'T' && digits_at(fhir_date, 11, 2) && fhir_date.size() > 13 &&
                      fhir_date[13] == ':' && digits_at(fhir_date, 14, 2);
    if (!time) return std::nullopt;
  }
  std::chrono::year_month_day const date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return Day(date);
}

int full_years(Day birth, Day on) {
  std::chrono::year_month_day const from(birth);
  std::chrono::year_month_day const to(on);
  int const years = static_cast<int>(to.year()) - static_cast<int>(from.year());
  // Who is born on 29 February has their birthday on 1 March of other years.
  bool const birthday_ahead = to.month() < from.month() || (to.month() == from.month() && to.day() < from.day());
  return birthday_ahead ? years - 1 : years;
}

std::string rfc3339(Now now) {
  Day const day = std::chrono::floor<std::chrono::days>(now);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const time(now - day);
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, time.hours().count(), 2);
  out += ':';
  append_padded(out, time.minutes().count(), 2);
  out += ':';
  append_padded(out, time.seconds().count(), 2);
  out += 'Z';
  return out;
}

}  // namespace ivig::base
