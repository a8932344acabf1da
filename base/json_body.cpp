#include "base/json_body.h"

#include <smmintrin.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "base/utf8.h"

namespace ivig::base {
namespace {

constexpr std::size_t kFirstBlock = 32 * 1024;  // bytes; holds the DOM of an ordinary request
constexpr std::size_t kPadding = 16;            // bytes; one SSE register, read past the last byte
constexpr std::size_t kNone = std::string_view::npos;

std::string at_byte(std::string_view what, std::size_t offset) {
  std::string text(what);
  text += " at byte ";
  text += std::to_string(offset);
  return text;
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

/// Overwrites every number beyond the range of double by 1e308 with its sign, padded with blanks: a number still, with
/// no usable value (Decimal refuses it). Without this one absurd number would refuse the whole text.
void tame_huge_numbers(char* text, std::size_t size) {
  std::size_t i = 0;
  while (i < size) {
    if (text[i] == '"') {
      for (++i; i < size && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      ++i;
      continue;
    }
    bool const negative = text[i] == '-';
    std::size_t const digits = i + (negative ? 1 : 0);
    if (digits >= size || text[digits] < '0' || text[digits] > '9') {
      ++i;
      continue;
    }
    double value = 0;
    auto const [stop, error] = std::from_chars(text + digits, text + size, value);
    std::size_t const end = static_cast<std::size_t>(stop - text);
    // from_chars does not tell too big from too small.
    if (error == std::errc::result_out_of_range) value = std::strtod(text + digits, nullptr);
    // The parser refuses 0e999 as well.
    std::string_view const stand_in = value == 0 ? "0" : "1e308";
    if ((value == 0 || value > 1e308) && end - digits >= stand_in.size()) {
      std::memcpy(text + digits, stand_in.data(), stand_in.size());
      std::memset(text + digits + stand_in.size(), ' ', end - digits - stand_in.size());
    }
    i = std::max(end, i + 1);
  }
}

/// Hands SAX events on to the Document and stops the parser when they nest too deeply: the parser is recursive.
class DepthGuard {
 public:
  using Ch = char;

  DepthGuard(rapidjson::Document& document, unsigned limit) : document_(document), limit_(limit) {}

  [[nodiscard]] bool too_deep() const { return too_deep_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool Int(int value) { return document_.Int(value); }
  bool Uint(unsigned value) { return document_.Uint(value); }
  bool Int64(std::int64_t value) { return document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return document_.Uint64(value); }
  bool Double(double value) { return document_.Double(value); }
  bool RawNumber(char const* text, rapidjson::SizeType length, bool copy) {
    return document_.RawNumber(text, length, copy);
  }
  bool String(char const* text, rapidjson::SizeType length, bool copy) { return document_.String(text, length, copy); }
  bool StartObject() { return enter() && document_.StartObject(); }
  bool Key(char const* text, rapidjson::SizeType length, bool copy) { return document_.Key(text, length, copy); }
  bool EndObject(rapidjson::SizeType count) { return leave() && document_.EndObject(count); }
  bool StartArray() { return enter() && document_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) { return leave() && document_.EndArray(count); }

 private:
  bool enter() {
    too_deep_ = ++depth_ > limit_;
    return !too_deep_;
  }
  bool leave() {
    --depth_;
    return true;
  }

  rapidjson::Document& document_;
  unsigned limit_;
  unsigned depth_ = 0;
  bool too_deep_ = false;
};

struct Outcome {
  rapidjson::ParseErrorCode code = rapidjson::kParseErrorNone;
  std::size_t offset = 0;
  bool too_deep = false;
};

Outcome parse_in_situ(char* text, unsigned depth, rapidjson::Document& document) {
  Outcome outcome;
  auto generate = [&](rapidjson::Document& handler) {
    DepthGuard guard(handler, depth);
    rapidjson::InsituStringStream stream(text);
    rapidjson::Reader reader;
    constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseFullPrecisionFlag;
    rapidjson::ParseResult const result = reader.Parse<kFlags>(stream, guard);
    outcome = {result.Code(), result.Offset(), guard.too_deep()};
    return !result.IsError();
  };
  document.Populate(generate);
  return outcome;
}

}  // namespace

JsonBody::JsonBody(std::string bytes)
    : wire_(std::move(bytes)),
      first_block_(std::make_unique<char[]>(kFirstBlock)),
      arena_(std::make_unique<rapidjson::MemoryPoolAllocator<>>(first_block_.get(), kFirstBlock)),
      document_(arena_.get()) {}

Result<std::unique_ptr<JsonBody>> JsonBody::parse(std::string bytes, JsonLimits const& limits) {
  if (bytes.size() > limits.bytes) {
    return fail(Errc::too_large, "body", "more than " + std::to_string(limits.bytes) + " bytes (limits.body_bytes)");
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) return fail(Errc::not_json, "body", at_byte("byte order mark", 0));
  if (std::size_t const bad = first_bad_byte(bytes); bad != kNone) {
    bool const ascii = byte_at(bytes, bad) < 0x80;
    return fail(Errc::not_json, "body", at_byte(ascii ? "control character" : "invalid UTF-8", bad));
  }
  if (std::size_t const lone = first_lone_low_surrogate(bytes); lone != kNone) {
    return fail(Errc::not_json, "body", at_byte("lone surrogate", lone));
  }

  std::unique_ptr<JsonBody> body(new JsonBody(std::move(bytes)));
  auto fill_scratch = [&body] {
    body->scratch_.reserve(body->wire_.size() + kPadding);
    body->scratch_.assign(body->wire_.begin(), body->wire_.end());
    body->scratch_.insert(body->scratch_.end(), kPadding, '\0');
  };
  fill_scratch();
  Outcome outcome = parse_in_situ(body->scratch_.data(), limits.depth, body->document_);
  if (outcome.code == rapidjson::kParseErrorNumberTooBig) {
    fill_scratch();
    tame_huge_numbers(body->scratch_.data(), body->wire_.size());
    outcome = parse_in_situ(body->scratch_.data(), limits.depth, body->document_);
  }
  if (outcome.too_deep) {
    return fail(Errc::too_deep, "body",
                at_byte("nested deeper than " + std::to_string(limits.depth) + " (limits.json_depth)", outcome.offset));
  }
  if (outcome.code != rapidjson::kParseErrorNone) {
    return fail(Errc::not_json, "body", at_byte(rapidjson::GetParseError_En(outcome.code), outcome.offset));
  }
  return body;
}

}  // namespace ivig::base
