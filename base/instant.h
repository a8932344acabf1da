#pragma once
// Moments to the millisecond, as RFC 3339 writes them.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace ivig::base {

/// A moment, to the millisecond.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// The moment of an RFC 3339 date-time: any offset, 'T' and 'Z' in either case, any number of decimals (those beyond
/// milliseconds are dropped), a leap second as the second before. nullopt for anything else. REQ FDBK-08
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

/// RFC 3339 in UTC with milliseconds: 2026-11-24T13:40:00.250Z.
[[nodiscard]] std::string rfc3339_ms(Instant time);

}  // namespace ivig::base
