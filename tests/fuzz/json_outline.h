#pragma once
// Where the values of a JSON text stand: what a mutation moves, repeats or takes away.

#include <cstddef>
#include <string_view>
#include <vector>

namespace ivig::fuzz {

/// Bytes of a text, from `begin` to before `end`.
struct Piece {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, size()); }
};

struct JsonPiece {
  Piece value;
  Piece item;  ///< with its name, where it is a member
  bool is_root = false;
};

/// The values of a well-formed JSON text, in the order in which they begin.
[[nodiscard]] std::vector<JsonPiece> json_pieces(std::string_view text);

}  // namespace ivig::fuzz
