#pragma once
// The bounds of a timing: from when to when, and the numbers and times that tell it. Internal to fhir/.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/instant.h"
#include "base/json_body.h"
#include "fhir/dosage.h"

namespace ivig::fhir {

/// The member, or the "_member" beside it (FHIR JSON: extensions of a primitive): something is said, if only that it is
/// not known.
[[nodiscard]] bool stands(base::Json const& parent, std::string_view name);

/// A positive number; some senders write numbers as strings.
[[nodiscard]] std::optional<base::Decimal> positive_number(base::Json const& parent, std::string_view name);

/// A number of the given member with its unit beside it, in minutes: `period` and `periodUnit`, DSTU2 `periodUnits`.
[[nodiscard]] std::optional<base::Decimal> minutes_member(base::Json const& repeat, std::string_view name,
                                                          std::string_view unit_name);

/// "07:00:00" as time after midnight.
[[nodiscard]] std::optional<std::chrono::milliseconds> clock_time(std::string_view text);

/// How many steps of this length begin in a time of this length; negative lengths give zero or less.
[[nodiscard]] std::int64_t ceiling(std::chrono::milliseconds length, std::chrono::milliseconds step);

/// How long a prescription runs.
struct Bounds {
  std::optional<DecimalRange> days;                              ///< calendar days, or the doses of a daily schedule
  std::optional<std::pair<base::Instant, base::Instant>> times;  ///< [start, end), where one end has a time of day
  bool unread = false;
};

/// boundsDuration, boundsRange, boundsPeriod (DSTU2 boundsQuantity). A period of dates includes its last day (FHIR R4
/// Period.end); one with times of day is half open and counted by instants: 09:00 to 08:59 five days later are five
/// daily doses. Sets the phase's start and end.
[[nodiscard]] Bounds read_bounds(base::Json const& repeat, DosePhase& phase);

}  // namespace ivig::fhir
