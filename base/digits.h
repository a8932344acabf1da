#pragma once
// Digits at fixed places of a text, as dates and times have them.

#include <cstddef>
#include <optional>
#include <string_view>

namespace ivig::base {

/// The number that exactly `count` decimal digits at `at` make; nullopt when they are not there.
[[nodiscard]] inline std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace ivig::base
