#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ivig::rules {

/// How loudly to speak. `none` means no card.
enum class Indicator : std::uint8_t { none, info, warning, critical };
[[nodiscard]] constexpr std::string_view to_string(Indicator indicator) {
  switch (indicator) {
    case Indicator::info: return "info";
    case Indicator::warning: return "warning";
    case Indicator::critical: return "critical";
    case Indicator::none: break;
  }
  return "none";
}

/// The indicator of that name; nothing for any other text.
[[nodiscard]] constexpr std::optional<Indicator> indicator_from(std::string_view name) {
  for (auto indicator : std::array{Indicator::none, Indicator::info, Indicator::warning, Indicator::critical}) {
    if (to_string(indicator) == name) return indicator;
  }
  return std::nullopt;
}

}  // namespace ivig::rules
