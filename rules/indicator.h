#pragma once

#include <cstdint>
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

}  // namespace ivig::rules
