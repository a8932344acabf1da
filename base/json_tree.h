#pragma once
// The parsed form of one JSON text, with all of its memory.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/json_value.h"

namespace ivig::base {

/// simdjson finds the structure and checks it; what it found is copied into nodes that stay where they are and need no
/// parser. The parser's own memory is one for a thread, so that a request allocates only what it keeps.
class JsonTree {
 public:
  /// How far the parser reads past the end of a text.
  static constexpr std::size_t kPadding = 64;

  JsonTree() = default;
  JsonTree(JsonTree const&) = delete;
  JsonTree& operator=(JsonTree const&) = delete;

  /// Reads a text. False when it is no JSON text, nests deeper than `depth`, or holds a number beyond the range of
  /// double or an integer beyond 64 bits; the tree is then of no use, and may be read into again. The capacity of
  /// `text` grows by what the parser reads past the end.
  [[nodiscard]] bool read(std::string& text, unsigned depth);

  [[nodiscard]] Json const& root() const { return root_; }

 private:
  class Filler;

  Json root_;
  std::unique_ptr<char[]> texts_;                         ///< every string, one after the other
  std::vector<std::unique_ptr<Json[]>> nodes_;            ///< children of arrays
  std::vector<std::unique_ptr<Json::Member[]>> members_;  ///< children of objects
};

}  // namespace ivig::base
