#pragma once
// What could not be read, by kind: told as it is found, and counted.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ivig::batch {

enum class ProblemKind : std::uint8_t {
  none,
  unreadable,  ///< a file or folder that cannot be opened or read, or is no regular file
  changed,     ///< a file that changed while it was read
  too_large,   ///< a line, file or record beyond its limit
  no_json,     ///< not JSON, or nested too deeply
  unusable,    ///< JSON that is nothing to review, or a request that lacks something
};
inline constexpr std::size_t kProblemKinds = 6;

[[nodiscard]] std::string_view words_of(ProblemKind kind);

/// The kind of an error of a reader.
[[nodiscard]] ProblemKind kind_of(base::Error const& error);

struct Problem {
  ProblemKind kind = ProblemKind::none;
  std::uint32_t file = 0;  ///< its number
  std::string file_name;   ///< printable, as the line begins
  std::string line;        ///< "file:line: reason", printable
};

using ProblemCounts = std::array<std::uint64_t, kProblemKinds>;  ///< by ProblemKind

}  // namespace ivig::batch
