#pragma once
// Three-valued logic (Kleene): absent data is unknown, and unknown is not false.

#include <cstdint>
#include <string_view>

namespace ivig::rules {

enum class Truth : std::uint8_t { no, yes, unknown };

[[nodiscard]] constexpr Truth truth_not(Truth a) {
  return a == Truth::unknown ? Truth::unknown : a == Truth::yes ? Truth::no : Truth::yes;
}
[[nodiscard]] constexpr Truth truth_and(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::unknown;
}
[[nodiscard]] constexpr Truth truth_or(Truth a, Truth b) { return truth_not(truth_and(truth_not(a), truth_not(b))); }

[[nodiscard]] constexpr std::string_view to_string(Truth t) {
  return t == Truth::yes ? "true" : t == Truth::no ? "false" : "unknown";
}

}  // namespace ivig::rules
