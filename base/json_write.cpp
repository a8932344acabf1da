#include "base/json_write.h"

#include <smmintrin.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace ivig::base {

void JsonWriter::key(std::string_view name) {
  separate();
  quoted(name);
  out_ += ':';
  comma_ = false;
}

void JsonWriter::string(std::string_view text) {
  separate();
  quoted(text);
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  std::array<char, 24> buffer{};
  auto const result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out_.append(buffer.data(), result.ptr);
}

void JsonWriter::decimal(Decimal value) {
  separate();
  out_ += value.text();
}

void JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void JsonWriter::raw(std::string_view json_text) {
  separate();
  out_ += json_text;
}

namespace {

/// The first place from `at` on that JSON escapes; the size when there is none. Sixteen letters at a time.
std::size_t next_escaped(std::string_view text, std::size_t at) {
  __m128i const last_control = _mm_set1_epi8(0x1F);
  for (; text.size() - at >= 16; at += 16) {
    __m128i const s = _mm_loadu_si128(reinterpret_cast<__m128i const*>(text.data() + at));
    __m128i const control = _mm_cmpeq_epi8(_mm_max_epu8(s, last_control), last_control);
    __m128i const special = _mm_or_si128(_mm_cmpeq_epi8(s, _mm_set1_epi8('"')), _mm_cmpeq_epi8(s, _mm_set1_epi8('\\')));
    int const found = _mm_movemask_epi8(_mm_or_si128(control, special));
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(found)));
  }
  for (; at < text.size(); ++at) {
    auto const c = static_cast<unsigned char>(text[at]);
    if (c < 0x20 || c == '"' || c == '\\') break;
  }
  return at;
}

}  // namespace

void JsonWriter::quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t const first = next_escaped(text, 0);
  if (first == text.size()) {  // nearly always: in one step
    std::size_t const at = out_.size();
    out_.append(text.size() + 2, '"');
    std::memcpy(out_.data() + at + 1, text.data(), text.size());
    return;
  }
  out_ += '"';
  std::size_t begin = 0;  // of the run that needs no escape
  for (std::size_t i = first; i < text.size(); i = next_escaped(text, i + 1)) {
    auto const c = static_cast<unsigned char>(text[i]);
    out_.append(text.substr(begin, i - begin));
    begin = i + 1;
    switch (c) {
      case '"': out_ += "\\\""; break;
      case '\\': out_ += "\\\\"; break;
      case '\n': out_ += "\\n"; break;
      case '\r': out_ += "\\r"; break;
      case '\t': out_ += "\\t"; break;
      default:
        out_ += "\\u00";
        out_ += kHex[c >> 4U];
        out_ += kHex[c & 0xFU];
    }
  }
  out_.append(text.substr(begin));
  out_ += '"';
}

}  // namespace ivig::base
