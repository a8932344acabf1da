#include "base/printable.h"

#include <algorithm>

#include "base/utf8.h"

namespace ivig::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_byte(std::string& out, unsigned char byte) {
  switch (byte) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: (out += "\\x") += kHex[byte >> 4U];
  }
  out += kHex[byte & 0xFU];
}

/// U+2028 to U+202E, U+2066 to U+2069, U+200E, U+200F: separators, embeddings, overrides, isolates, marks.
bool moves_text(unsigned code) {
  return code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// One well-formed sequence of two bytes or more.
void append_sequence(std::string& out, std::string_view sequence) {
  auto const bits = [&](std::size_t i, unsigned mask) { return static_cast<unsigned char>(sequence[i]) & mask; };
  if (sequence.size() == 2 && bits(0, 0xFFU) == 0xC2U && bits(1, 0xFFU) < 0xA0U) {
    return append_byte(out, static_cast<unsigned char>(sequence[1]));  // C1: the same number
  }
  unsigned const code = sequence.size() == 3 ? bits(0, 0x0FU) << 12U | bits(1, 0x3FU) << 6U | bits(2, 0x3FU) : 0;
  if (!moves_text(code)) {
    out += sequence;
    return;
  }
  out += "\\u{";
  for (unsigned shift = 16; shift > 0; shift -= 4) out += kHex[code >> (shift - 4) & 0xFU];
  out += '}';
}

bool is_plain(unsigned char byte) { return byte >= 0x20 && byte < 0x7F; }

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    auto const byte = static_cast<unsigned char>(text[i]);
    std::size_t const length = byte < 0x80 ? 1 : utf8_sequence(text, i);
    if (is_plain(byte) || (length == 1 && kept.find(text[i]) != std::string_view::npos)) out += text[i];
    else if (length < 2) append_byte(out, byte);
    else append_sequence(out, text.substr(i, length));
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace ivig::base
