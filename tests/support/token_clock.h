#pragma once
// The time of tests with tokens: it stands still, so that no token ages while a busy machine gets round to it.

#include <chrono>
#include <cstdint>

namespace ivig::test {

/// Seconds since 1970: when the process first asked.
inline std::int64_t token_clock() {
  static auto const began = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return began.time_since_epoch().count();
}

}  // namespace ivig::test
