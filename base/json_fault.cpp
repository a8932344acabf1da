#include "base/json_fault.h"

#include <smmintrin.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/utf8.h"

namespace ivig::base {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// "... at byte 120", and in a text of several lines "(line 5, column 3)"; columns are bytes.
std::string at_byte(std::string_view text, std::string_view what, std::size_t offset) {
  std::string words(what);
  words.append(" at byte ").append(std::to_string(offset));
  if (text.find('\n') == std::string_view::npos) return words;
  std::string_view const before = text.substr(0, offset);
  auto const line = 1 + std::count(before.begin(), before.end(), '\n');
  auto const start = before.rfind('\n');
  std::size_t const column = start == std::string_view::npos ? offset + 1 : offset - start;
  return words.append(" (line ") + std::to_string(line) + ", column " + std::to_string(column) + ")";
}

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

/// True when the 16 bytes at `p` are ASCII without control characters other than tab and line ends.
bool plain_ascii(char const* p) {
  __m128i const s = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p));
  __m128i const last_control = _mm_set1_epi8(0x1F);
  __m128i const control = _mm_cmpeq_epi8(_mm_max_epu8(s, last_control), last_control);
  __m128i const blank =
      _mm_or_si128(_mm_cmpeq_epi8(s, _mm_set1_epi8('\n')),
                   _mm_or_si128(_mm_cmpeq_epi8(s, _mm_set1_epi8('\r')), _mm_cmpeq_epi8(s, _mm_set1_epi8('\t'))));
  return _mm_movemask_epi8(_mm_or_si128(s, _mm_andnot_si128(blank, control))) == 0;
}

/// Offset of the first byte that is not UTF-8, or a control character that no JSON text holds unescaped (RapidJSON 1.1
/// stops at NUL and lets 0x1A..0x1F pass); kNone if all is well.
std::size_t first_bad_byte(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 16 && plain_ascii(text.data() + i)) {
      i += 16;
      continue;
    }
    std::size_t const end = std::min(text.size(), i + 16);
    while (i < end) {
      unsigned const c = byte_at(text, i);
      if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return i;
      if (c < 0x80) {
        ++i;
        continue;
      }
      std::size_t const length = utf8_sequence(text, i);
      if (length == 0) return i;
      i += length;
    }
  }
  return kNone;
}

/// The code unit of the escape "\uXXXX" at `i`, or nullopt when there is none.
std::optional<unsigned> unicode_escape(std::string_view text, std::size_t i) {
  if (text.size() - i < 6 || text[i] != '\\' || text[i + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  char const* const end = text.data() + i + 6;
  auto const [stop, error] = std::from_chars(text.data() + i + 2, end, unit, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return unit;
}

/// Offset of the first low surrogate escape without a high one before it (RapidJSON refuses only the reverse); kNone if
/// there is none. Backslashes outside strings are the parser's to refuse.
std::size_t first_lone_low_surrogate(std::string_view text) {
  std::size_t i = text.find('\\');
  while (i != kNone) {
    std::size_t next = i + 2;
    if (auto const unit = unicode_escape(text, i)) {
      if (*unit >= 0xDC00 && *unit <= 0xDFFF) return i;
      next = i + 6;
      if (*unit >= 0xD800 && *unit <= 0xDBFF && unicode_escape(text, next)) next += 6;
    }
    i = next < text.size() ? text.find('\\', next) : kNone;
  }
  return kNone;
}

/// Takes SAX events and stops the parser when they nest too deeply: the parser is recursive.
class DepthGuard : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DepthGuard> {
 public:
  explicit DepthGuard(unsigned limit) : limit_(limit) {}

  [[nodiscard]] bool too_deep() const { return too_deep_; }

  bool StartObject() { return enter(); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

 private:
  bool enter() {
    too_deep_ = ++depth_ > limit_;
    return !too_deep_;
  }
  bool leave() {
    --depth_;
    return true;
  }

  unsigned limit_;
  unsigned depth_ = 0;
  bool too_deep_ = false;
};

/// `number`: a sign and digits.
bool fits_64_bits(std::string_view number) {
  auto const fits = [&](auto value) {
    return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc();
  };
  return fits(std::int64_t{}) || fits(std::uint64_t{});
}

}  // namespace

bool has_lone_low_surrogate(std::string_view text) { return first_lone_low_surrogate(text) != kNone; }

std::optional<Error> json_fault(std::string_view text, JsonLimits const& limits) {
  if (std::size_t const bad = first_bad_byte(text); bad != kNone) {
    bool const ascii = byte_at(text, bad) < 0x80;
    return Error{Errc::not_json, "body", at_byte(text, ascii ? "control character" : "invalid UTF-8", bad)};
  }
  if (std::size_t const lone = first_lone_low_surrogate(text); lone != kNone)
    return Error{Errc::not_json, "body", at_byte(text, "lone surrogate", lone)};
  DepthGuard guard(limits.depth);
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  rapidjson::ParseResult const result = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, guard);
  if (guard.too_deep()) {
    return Error{
        Errc::too_deep, "body",
        at_byte(text, "nested deeper than " + std::to_string(limits.depth) + " (limits.json_depth)", result.Offset())};
  }
  // With numbers as strings it still refuses large exponents, which are well-formed.
  if (result.IsError() && result.Code() != rapidjson::kParseErrorNumberTooBig)
    return Error{Errc::not_json, "body", at_byte(text, rapidjson::GetParseError_En(result.Code()), result.Offset())};
  return std::nullopt;
}

std::string with_numbers_in_range(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  std::size_t i = 0;
  auto copy_to = [&](std::size_t end) {
    out.append(text.substr(i, end - i));
    i = end;
  };
  while (i < text.size()) {
    if (text[i] == '"') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      copy_to(std::min(end + 1, text.size()));
      continue;
    }
    std::size_t const digits = i + (text[i] == '-' ? 1 : 0);
    if (digits >= text.size() || text[digits] < '0' || text[digits] > '9') {
      copy_to(i + 1);
      continue;
    }
    std::size_t const end = std::min(text.find_first_not_of("0123456789+-.eE", digits), text.size());
    std::string const number(text.substr(i, end - i));
    double const value = std::strtod(number.c_str(), nullptr);
    bool const whole = number.find_first_of(".eE") == std::string::npos;
    if (value > 1e308 || value < -1e308) out += value < 0 ? "-1e308" : "1e308";
    else if (value == 0) out += "0.0";
    else out += whole && !fits_64_bits(number) ? number + "e0" : number;
    i = end;
  }
  return out;
}

}  // namespace ivig::base
