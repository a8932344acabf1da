// Mutations that keep JSON well-formed, so that a run spends its time behind the parser: values trade places, are
// repeated, taken away, or made something else. One input in eight is changed byte by byte all the same.

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/json_body.h"
#include "base/utf8.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/json_outline.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using ivig::fuzz::JsonPiece;
using ivig::fuzz::Piece;

/// Scalars at which readers have edges: signs, sizes, ends of ranges, partial dates, empty and odd texts.
constexpr std::array kEdges{"0",
                            "-1",
                            "0.4",
                            "1.50",
                            "2e0",
                            "1e300",
                            "-0.0",
                            "1e-18",
                            "0.1",
                            "999999999999",
                            "true",
                            "false",
                            "null",
                            "[]",
                            "{}",
                            R"("")",
                            R"("0")",
                            R"("2026")",
                            R"("2026-02")",
                            R"("0000-00")",
                            R"("2026-13-40")",
                            R"("%")",
                            R"(" ")",
                            R"("\u0000")",
                            R"("\ud83d\ude00")",
                            R"("9999-12-31")",
                            R"("#a")",
                            R"("Patient/p1")",
                            R"("d")",
                            R"("wk")",
                            R"("g/kg")",
                            R"("mL")",
                            R"("entered-in-error")",
                            R"("draft")",
                            "9223372036854775807"};

class JsonMutation {
 public:
  JsonMutation(std::string text, std::size_t most, unsigned seed)
      : text_(std::move(text)), most_(most), random_(seed) {}

  /// The text after one to four mutations; the text as it was where none fits into the size.
  std::string run() {
    for (std::size_t count = 1 + below(4); count > 0; --count) {
      pieces_ = ivig::fuzz::json_pieces(text_);
      if (!pieces_.empty()) mutate();
    }
    return text_;
  }

  /// A value of `other` in the place of one of this text.
  std::string cross(std::string_view other) {
    pieces_ = ivig::fuzz::json_pieces(text_);
    auto const others = ivig::fuzz::json_pieces(other);
    if (!pieces_.empty() && !others.empty()) put(any().value, others[below(others.size())].value.of(other));
    return text_;
  }

 private:
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  JsonPiece const& any() { return pieces_[below(pieces_.size())]; }

  void put(Piece const& where, std::string_view what) {
    if (text_.size() - where.size() + what.size() > most_) return;
    text_ = text_.substr(0, where.begin) + std::string(what) + text_.substr(where.end);
  }

  void mutate() {
    switch (below(10)) {
      case 0: return put(any().value, std::string(any().value.of(text_)));
      case 1: return put(any().value, kEdges[below(kEdges.size())]);
      case 2: return repeat(any());
      case 3: return remove(any());
      case 4: return add_beside(any(), any());
      case 5: return rename(any(), any());
      case 6: return put(any().value, "[" + std::string(any().value.of(text_)) + "]");
      default: return change_text(any());
    }
  }

  /// Once, or so often that counts and limits show.
  void repeat(JsonPiece const& piece) {
    if (piece.is_root) return;
    std::string const item(piece.item.of(text_));
    std::size_t const times = below(4) > 0 ? 1 : std::size_t{1} << below(8);
    std::string all = item;
    for (std::size_t i = 0; i < times && text_.size() + all.size() + item.size() < most_; ++i) all += "," + item;
    put(piece.item, all);
  }

  void remove(JsonPiece const& piece) {
    if (piece.is_root) return;
    Piece gone = piece.item;
    if (auto const next = text_.find_first_not_of(" \t\r\n", gone.end); next != text_.npos && text_[next] == ',') {
      gone.end = next + 1;
    } else if (auto const before = text_.find_last_not_of(" \t\r\n", gone.begin - 1); text_[before] == ',') {
      gone.begin = before;
    }
    put(gone, "");
  }

  /// A copy of one item behind another of the same kind.
  void add_beside(JsonPiece const& place, JsonPiece const& item) {
    bool const member = place.item.begin != place.value.begin;
    bool const named = item.item.begin != item.value.begin;
    if (place.is_root || (member && !named)) return;
    Piece const& what = member ? item.item : item.value;
    put({place.item.end, place.item.end}, "," + std::string(what.of(text_)));
  }

  void rename(JsonPiece const& to, JsonPiece const& from) {
    Piece const old{to.item.begin, to.value.begin}, name{from.item.begin, from.value.begin};
    if (old.size() > 0 && name.size() > 0) put(old, std::string(name.of(text_)));
  }

  /// What stands between the quotes, changed as libFuzzer changes bytes, with its dictionary; or the digits.
  void change_text(JsonPiece const& piece) {
    std::string_view const value = piece.value.of(text_);
    if (value.size() < 2 || value.front() != '"') {
      if (value.front() == '{' || value.front() == '[') return;
      return put(piece.value, kEdges[below(kEdges.size())]);
    }
    std::string inside(value.substr(1, value.size() - 2));
    std::size_t const size = inside.size();
    inside.resize(std::min(size + 64, most_));
    inside.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(inside.data()), size, inside.size()));
    put(piece.value, "\"" + string_content(inside) + "\"");
  }

  /// Made fit to stand between quotes.
  static std::string string_content(std::string bytes) {
    if (!ivig::base::is_utf8(bytes)) {
      for (char& c : bytes) c = static_cast<char>(static_cast<unsigned char>(c) & 0x7fU);
    }
    for (char& c : bytes) {
      if (c == '"' || (c >= 0 && c < ' ')) c = ' ';
    }
    std::string content;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      content += bytes[i];
      if (bytes[i] != '\\') continue;
      if (i + 1 < bytes.size() && std::string_view("\"\\/bfnrt").find(bytes[i + 1]) != std::string_view::npos) {
        content += bytes[++i];
      } else {
        content += '\\';
      }
    }
    return content;
  }

  std::string text_;
  std::size_t most_;
  std::minstd_rand random_;
  std::vector<JsonPiece> pieces_;
};

bool is_json(std::string_view text) { return ivig::base::JsonBody::parse(std::string(text), {}).has_value(); }

/// The part of a text that is JSON: all of it, or one of its lines.
Piece json_part(std::string_view text, unsigned seed) {
  if (is_json(text)) return {0, text.size()};
  std::vector<Piece> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t const end = std::min(text.find('\n', begin), text.size());
    if (text[begin] == '{' || text[begin] == '[') lines.push_back({begin, end});
    begin = end + 1;
  }
  if (lines.empty()) return {};
  Piece const line = lines[seed % lines.size()];
  return is_json(line.of(text)) ? line : Piece{};
}

std::size_t hand_over(std::string const& text, std::uint8_t* data, std::size_t most) {
  std::size_t const size = std::min(text.size(), most);
  std::copy_n(text.data(), size, data);
  return size;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::string const text(ivig::fuzz::text_of(data, size));
  Piece const part = seed % 8 == 0 ? Piece{} : json_part(text, seed / 8);
  if (part.size() == 0) return LLVMFuzzerMutate(data, size, most);
  std::size_t const rest = text.size() - part.size();
  std::string const changed = JsonMutation(std::string(part.of(text)), most > rest ? most - rest : 0, seed).run();
  return hand_over(text.substr(0, part.begin) + changed + text.substr(part.end), data, most);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(std::uint8_t const* first, std::size_t first_size,
                                                 std::uint8_t const* second, std::size_t second_size, std::uint8_t* out,
                                                 std::size_t most, unsigned seed) {
  std::string const text(ivig::fuzz::text_of(first, first_size));
  std::string_view const other = ivig::fuzz::text_of(second, second_size);
  Piece const into = json_part(text, seed), from = json_part(other, seed / 8);
  if (into.size() == 0 || from.size() == 0) {  // lines of both
    return hand_over(text + "\n" + std::string(other), out, most);
  }
  std::size_t const rest = text.size() - into.size();
  std::string const crossed =
      JsonMutation(std::string(into.of(text)), most > rest ? most - rest : 0, seed).cross(from.of(other));
  return hand_over(text.substr(0, into.begin) + crossed + text.substr(into.end), out, most);
}
