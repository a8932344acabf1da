#pragma once
// Where a value stands in a JSON text, so that one value can be changed and every other byte kept. REQ HTTP-11, ACT-04

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ivig::base {

/// One step into a JSON text: a member by name, or an element by index.
using JsonStep = std::variant<std::string_view, std::size_t>;

/// The value at the end of `path`, as a view into `text`; nullopt when there is none. `text` must be well-formed JSON.
/// As in json_read.h the last of duplicate members counts, and an object reads as an array of one and the reverse.
/// Member names that are written with escapes are not found.
[[nodiscard]] std::optional<std::string_view> json_at(std::string_view text, std::vector<JsonStep> const& path);

/// All elements of the array at the end of `path`, found in one pass; an object reads as an array of one. Empty when
/// there is none.
[[nodiscard]] std::vector<std::string_view> json_elements(std::string_view text, std::vector<JsonStep> const& path);

/// A value of `text`, as json_at found it, and what takes its place.
struct JsonChange {
  std::string_view value;
  std::string replacement;
};

/// `text` with the changes made. INVARIANT (caller's): the values are views into `text` and do not overlap.
[[nodiscard]] std::string spliced(std::string_view text, std::vector<JsonChange> changes);

}  // namespace ivig::base
