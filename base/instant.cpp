#include "base/instant.h"

#include "base/clock.h"
#include "base/digits.h"

namespace ivig::base {
namespace {

/// The offset behind a time: 'Z', or "+hh:mm", and nothing after it.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  auto const hours = digits_at(text, 1, 2);
  auto const minutes = digits_at(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  int const total = *hours * 60 + *minutes;
  return std::chrono::minutes(text[0] == '-' ? -total : total);
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  auto const day = parse_day(text.substr(0, 10));
  auto const hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
  bool const good = day && hour && minute && second && text[13] == ':' && text[16] == ':' && *hour <= 23 &&
                    *minute <= 59 && *second <= 60;
  if (!good) return std::nullopt;
  std::size_t at = 19;
  int fraction = 0;
  if (text[at] == '.') {
    std::size_t const first = ++at;
    for (int scale = 100; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      fraction += (text[at] - '0') * scale;
    }
    if (at == first) return std::nullopt;
  }
  auto const offset = parse_offset(text.substr(at));
  if (!offset) return std::nullopt;
  return Instant(*day) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second == 60 ? 59 : *second) + std::chrono::milliseconds(fraction) - *offset;
}

std::string rfc3339_ms(Instant time) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(time);
  std::string out = rfc3339(Now(seconds));
  out.back() = '.';
  std::string const decimals = std::to_string((time - seconds).count());
  out.append(3 - decimals.size(), '0').append(decimals);
  out += 'Z';
  return out;
}

}  // namespace ivig::base
