#pragma once
// Time is an argument: whoever decides is handed `Now`, nobody asks the machine.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ivig::base {

using Now = std::chrono::sys_seconds;
using Day = std::chrono::sys_days;

/// The day of a FHIR date, dateTime or instant. Partial dates (YYYY, YYYY-MM) give their first day.
/// Empty or malformed: nullopt.
[[nodiscard]] std::optional<Day> parse_day(std::string_view fhir_date);

/// Whole years from `birth` to `on`.
[[nodiscard]] int full_years(Day birth, Day on);

/// RFC 3339 in UTC, seconds: 2026-11-24T13:40:00Z.
[[nodiscard]] std::string rfc3339(Now now);

}  // namespace ivig::base
