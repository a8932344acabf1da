#include "tests/fuzz/json_outline.h"

#include <algorithm>

namespace ivig::fuzz {
namespace {

struct Level {
  std::size_t piece;
  bool is_object;
};

std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
  return at < text.size() ? at + 1 : text.size();
}

}  // namespace

std::vector<JsonPiece> json_pieces(std::string_view text) {
  std::vector<JsonPiece> pieces;
  std::vector<Level> levels;
  constexpr auto kNoName = static_cast<std::size_t>(-1);
  bool name_follows = false;
  std::size_t name = kNoName;
  auto add = [&](std::size_t begin, std::size_t end) {
    pieces.push_back({{begin, end}, {name == kNoName ? begin : name, end}, levels.empty()});
    name = kNoName;
  };
  for (std::size_t at = 0; at < text.size();) {
    char const c = text[at];
    if (c == '"' && name_follows) {
      name = at;
      name_follows = false;
      at = string_end(text, at);
    } else if (c == '"') {
      std::size_t const end = string_end(text, at);
      add(at, end);
      at = end;
    } else if (c == '{' || c == '[') {
      add(at, at);
      levels.push_back({pieces.size() - 1, c == '{'});
      name_follows = c == '{';
      ++at;
    } else if (c == '}' || c == ']') {
      ++at;
      if (levels.empty()) break;
      JsonPiece& piece = pieces[levels.back().piece];
      piece.value.end = piece.item.end = at;
      levels.pop_back();
      name_follows = false;
    } else if (c == ',') {
      name_follows = !levels.empty() && levels.back().is_object;
      ++at;
    } else if (c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      ++at;
    } else {
      std::size_t const end = std::min(text.find_first_of(",]} \t\r\n", at), text.size());
      add(at, end);
      at = end;
    }
  }
  return pieces;
}

}  // namespace ivig::fuzz
