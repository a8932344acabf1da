#pragma once
// What a fuzz target holds of its input and asks of the program.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace ivig::fuzz {

/// Ends the process when a rule is broken that holds for every input: a finding. `shown` is what broke it.
inline void require(bool holds, char const* rule, std::string_view shown = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken rule: %s\n%s\n", rule, std::string(shown).c_str());
  std::abort();
}

/// The input of a target as text.
inline std::string_view text_of(std::uint8_t const* data, std::size_t size) {
  return {reinterpret_cast<char const*>(data), size};
}

}  // namespace ivig::fuzz
