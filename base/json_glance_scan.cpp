#include "base/json_glance_scan.h"

#include <simdjson.h>
#include <smmintrin.h>

#include <bit>
#include <cstring>
#include <utility>

namespace ivig::base {
namespace {

// Steps look at the next bytes without asking for the end: a walk that leaves the text stops within kReach, because
// every item, every run of blanks or digits and every piece of a string asks, and then refuses at the end.
constexpr std::ptrdiff_t kPiece = 16;
static_assert(JsonGlanceScan::kReach >= 2 * kPiece);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

/// Every step takes where it begins, and gives where it ended; nullptr when it refuses.
struct JsonGlanceScan::Walk {
  using At = char const*;

  At end;
  bool escaped = false;  // since it was last cleared
  unsigned high = 0;     // not 0: there are bytes beyond ASCII

  At blanks(At at) const {
    while (static_cast<unsigned char>(*at) <= ' ') {
      if (at >= end || (*at != ' ' && *at != '\n' && *at != '\r' && *at != '\t')) break;
      ++at;
    }
    return at;
  }

  At string(At at) {
    __m128i const last_control = _mm_set1_epi8(0x1f), quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    ++at;
    while (at < end) {
      __m128i const piece = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
      __m128i const control = _mm_cmpeq_epi8(_mm_min_epu8(piece, last_control), piece);
      __m128i const ends_here = _mm_or_si128(_mm_cmpeq_epi8(piece, quote), _mm_cmpeq_epi8(piece, backslash));
      auto const ends = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, ends_here)));
      auto const beyond = static_cast<unsigned>(_mm_movemask_epi8(piece));
      if (ends == 0) {
        high |= beyond;
        at += kPiece;
        continue;
      }
      high |= beyond & (ends ^ (ends - 1));  // bytes behind the first end are another's
      at += std::countr_zero(ends);
      if (*at == '"') return at + 1;
      constexpr std::string_view kPlainEscapes = "\"\\/bfnrt";
      if (*at != '\\' || kPlainEscapes.find(at[1]) == std::string_view::npos) return nullptr;
      escaped = true;
      at += 2;
    }
    return nullptr;
  }

  At digits(At at) const {
    while (is_digit(*at) && at < end) ++at;
    return at;
  }

  /// Within 64 bits, and within double: no exponent, and a fraction makes nothing larger.
  At number(At at) const {
    constexpr std::ptrdiff_t kDigits = 18;
    if (*at == '-') ++at;
    At const whole = at;
    at = digits(at);
    if (at == whole || at - whole > kDigits || (*whole == '0' && at - whole > 1)) return nullptr;
    if (*at == '.') {
      At const fraction = at + 1;
      at = digits(fraction);
      if (at == fraction) return nullptr;
    }
    return *at == 'e' || *at == 'E' ? nullptr : at;
  }

  template <std::size_t Size>
  static At word(At at, char const (&letters)[Size]) {
    return std::memcmp(at, letters, Size - 1) == 0 ? at + Size - 1 : nullptr;
  }

  At value(At at, unsigned depth) {
    switch (*at) {
      case '"': return string(at);
      case '{': return object(at, depth + 1, [](At, At, At, At) { return true; });
      case '[': return array(at, depth + 1);
      case 't': return word(at, "true");
      case 'f': return word(at, "false");
      case 'n': return word(at, "null");
      default: return number(at);
    }
  }

  /// `each(name, name_end, value, value_end)` with the quotes of the name; false refuses.
  template <class Each>
  At object(At at, unsigned depth, Each&& each) {
    if (depth > kDepth) return nullptr;
    at = blanks(at + 1);
    if (*at == '}') return at + 1;
    while (at < end && *at == '"') {
      At const name = at;
      At const name_end = string(name);
      if (name_end == nullptr) return nullptr;
      At const colon = blanks(name_end);
      if (*colon != ':') return nullptr;
      At const begin = blanks(colon + 1);
      at = value(begin, depth);
      if (at == nullptr || !each(name, name_end, begin, at)) return nullptr;
      at = blanks(at);
      if (*at == '}') return at + 1;
      if (*at != ',') return nullptr;
      at = blanks(at + 1);
    }
    return nullptr;
  }

  At array(At at, unsigned depth) {
    if (depth > kDepth) return nullptr;
    at = blanks(at + 1);
    if (*at == ']') return at + 1;
    while (at < end) {
      at = value(at, depth);
      if (at == nullptr) return nullptr;
      at = blanks(at);
      if (*at == ']') return at + 1;
      if (*at != ',') return nullptr;
      at = blanks(at + 1);
    }
    return nullptr;
  }
};

bool JsonGlanceScan::read(std::string_view text) {
  members_.clear();
  if (text.empty() || text.front() != '{') return false;
  auto view = [](char const* from, char const* to) {
    return std::string_view(from, static_cast<std::size_t>(to - from));
  };
  Walk walk{text.data() + text.size()};
  auto const note = [&](char const* name, char const* name_end, char const* value, char const* value_end) {
    std::string_view const letters = view(name + 1, name_end - 1);
    if (walk.escaped && letters.find('\\') != std::string_view::npos) return false;
    members_.push_back({letters, view(value, value_end), std::exchange(walk.escaped, false)});
    return true;
  };
  if (walk.object(text.data(), 1, note) != walk.end) return false;
  return walk.high == 0 || simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace ivig::base
