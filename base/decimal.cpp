#include "base/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace ivig::base {
namespace {

__extension__ using Wide = __int128;

constexpr int kMaxScale = 18;
constexpr int kQuotientPlaces = 9;
constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();

constexpr Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// Half away from zero: doses are not negative, and a difference then rounds the same in both directions.
constexpr Wide divide_rounding(Wide value, Wide divisor) {
  Wide const half = divisor / 2;
  return value >= 0 ? (value + half) / divisor : (value - half) / divisor;
}

struct Parts {
  Wide mantissa;
  int scale;
};

/// Brings a result into the range of Decimal: decimals are rounded away first; what still does not fit saturates.
Parts fit(Wide mantissa, int scale) {
  int drop = std::max(0, scale - kMaxScale);
  int const digits_to_drop_at_most = scale;
  auto fits = [&](int places) {
    Wide const rounded = divide_rounding(mantissa, power_of_ten(places));
    return rounded <= kMost && rounded >= -kMost;
  };
  while (drop < digits_to_drop_at_most && !fits(drop)) ++drop;
  Wide const rounded = drop > 0 ? divide_rounding(mantissa, power_of_ten(drop)) : mantissa;
  return {std::clamp(rounded, -kMost, kMost), scale - drop};
}

/// Scale 0..18 whatever the constructor was given.
Parts in_range(std::int64_t mantissa, int scale) {
  if (scale >= 0 && scale <= kMaxScale) return {mantissa, scale};
  if (scale > kMaxScale) {
    int const drop = scale - kMaxScale;
    return {drop > 19 ? Wide{0} : divide_rounding(mantissa, power_of_ten(drop)), kMaxScale};
  }
  if (mantissa == 0) return {0, 0};
  if (scale < -19) return {mantissa > 0 ? kMost : -kMost, 0};
  return fit(Wide{mantissa} * power_of_ten(-scale), 0);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

tl::unexpected<Error> not_a_decimal(std::string detail) {
  return fail(Errc::invalid_value, "decimal", std::move(detail));
}

}  // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
  std::size_t i = 0;
  bool const negative = i < text.size() && text[i] == '-';
  if (negative) ++i;

  std::string digits;
  std::size_t const whole_begin = i;
  while (i < text.size() && is_digit(text[i])) digits += text[i++];
  if (i == whole_begin) return not_a_decimal("is no number");
  int scale = 0;
  if (i < text.size() && text[i] == '.') {
    std::size_t const fraction_begin = ++i;
    while (i < text.size() && is_digit(text[i])) digits += text[i++];
    if (i == fraction_begin) return not_a_decimal("has no digit after its point");
    if (i - fraction_begin > 1000) return not_a_decimal("has too many digits");
    scale = static_cast<int>(i - fraction_begin);
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool const plus = i < text.size() && text[i] == '+';
    if (plus) ++i;
    if (plus && (i == text.size() || !is_digit(text[i]))) return not_a_decimal("is no number");
    int exponent = 0;
    auto const [stop, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (error != std::errc() || exponent > 1000 || exponent < -1000) return not_a_decimal("has an unusable exponent");
    i = static_cast<std::size_t>(stop - text.data());
    scale -= exponent;
  }
  if (i != text.size()) return not_a_decimal("is no number");

  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.empty()) return Decimal(0, std::clamp(scale, 0, kMaxScale));
  while (scale > 0 && (digits.size() > 18 || scale > kMaxScale) && digits.back() == '0') {
    digits.pop_back();
    --scale;
  }
  if (scale < 0) {
    if (digits.size() + static_cast<std::size_t>(-scale) > 18) return not_a_decimal("has too many digits");
    digits.append(static_cast<std::size_t>(-scale), '0');
    scale = 0;
  }
  if (digits.size() > 18 || scale > kMaxScale) return not_a_decimal("has too many digits");
  std::int64_t mantissa = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), mantissa);
  return Decimal(negative ? -mantissa : mantissa, scale);
}

Decimal Decimal::rounded(int places) const {
  places = std::max(places, 0);
  Parts const parts = in_range(mantissa_, scale_);
  if (parts.scale <= places) return *this;
  Wide const mantissa = divide_rounding(parts.mantissa, power_of_ten(parts.scale - places));
  return Decimal(static_cast<std::int64_t>(mantissa), places);
}

std::string Decimal::text() const {
  Parts const parts = in_range(mantissa_, scale_);
  bool const negative = parts.mantissa < 0;
  // -kMost - 1 is a possible mantissa; its absolute value fits an unsigned.
  auto const magnitude = static_cast<std::uint64_t>(negative ? -parts.mantissa : parts.mantissa);
  std::string digits = std::to_string(magnitude);
  auto const scale = static_cast<std::size_t>(parts.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

std::string Decimal::short_text() const {
  std::string result = text();
  if (result.find('.') == std::string::npos) return result;
  result.erase(result.find_last_not_of('0') + 1);
  if (result.back() == '.') result.pop_back();
  return result == "-0" ? "0" : result;
}

double Decimal::approximate() const { return static_cast<double>(mantissa_) / std::pow(10.0, scale_); }

Decimal operator+(Decimal a, Decimal b) {
  Parts const x = in_range(a.mantissa_, a.scale_);
  Parts const y = in_range(b.mantissa_, b.scale_);
  int const scale = std::max(x.scale, y.scale);
  Parts const sum = fit(x.mantissa * power_of_ten(scale - x.scale) + y.mantissa * power_of_ten(scale - y.scale), scale);
  return {static_cast<std::int64_t>(sum.mantissa), sum.scale};
}

Decimal operator-(Decimal a, Decimal b) {
  Parts const y = in_range(b.mantissa_, b.scale_);
  Wide const negated = std::min(-y.mantissa, kMost);
  return a + Decimal(static_cast<std::int64_t>(negated), y.scale);
}

Decimal operator*(Decimal a, Decimal b) {
  Parts const x = in_range(a.mantissa_, a.scale_);
  Parts const y = in_range(b.mantissa_, b.scale_);
  Parts const product = fit(x.mantissa * y.mantissa, x.scale + y.scale);
  return {static_cast<std::int64_t>(product.mantissa), product.scale};
}

Decimal operator/(Decimal a, Decimal b) {
  Parts const x = in_range(a.mantissa_, a.scale_);
  Parts const y = in_range(b.mantissa_, b.scale_);
  if (y.mantissa == 0) return {};
  bool const negative = (x.mantissa < 0) != (y.mantissa < 0);
  Wide const numerator = (x.mantissa < 0 ? -x.mantissa : x.mantissa) * power_of_ten(y.scale);
  Wide const denominator = (y.mantissa < 0 ? -y.mantissa : y.mantissa) * power_of_ten(x.scale);
  // Long division, digit by digit: numerator * 10^9 would not fit.
  Wide quotient = numerator / denominator;
  Wide rest = numerator % denominator;
  int scale = 0;
  while (scale < kQuotientPlaces && quotient <= kMost / 10 - 1) {
    rest *= 10;
    quotient = quotient * 10 + rest / denominator;
    rest %= denominator;
    ++scale;
  }
  if (rest * 2 >= denominator) ++quotient;
  quotient = std::min(quotient, kMost);
  return {static_cast<std::int64_t>(negative ? -quotient : quotient), scale};
}

bool operator==(Decimal a, Decimal b) { return (a <=> b) == std::strong_ordering::equal; }

std::strong_ordering operator<=>(Decimal a, Decimal b) {
  Parts const x = in_range(a.mantissa_, a.scale_);
  Parts const y = in_range(b.mantissa_, b.scale_);
  int const scale = std::max(x.scale, y.scale);
  Wide const left = x.mantissa * power_of_ten(scale - x.scale);
  Wide const right = y.mantissa * power_of_ten(scale - y.scale);
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

}  // namespace ivig::base
