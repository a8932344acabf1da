#pragma once
// Exact decimals for doses and laboratory values: no binary floating point on the way to a decision.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ivig::base {

/// A decimal number mantissa * 10^-scale, as FHIR's decimal. Keeps the written precision (1.50 prints 1.50)
/// and compares by value (1.50 == 1.5). Range: about 18 significant digits; what does not fit is an error.
class Decimal {
 public:
  constexpr Decimal() = default;
  constexpr Decimal(std::int64_t mantissa, int scale) : mantissa_(mantissa), scale_(scale) {}

  /// Reads "0.10", "-3", "1e-7". Errors: invalid_value for anything else or too many digits.
  [[nodiscard]] static Result<Decimal> parse(std::string_view text);

  /// The value rounded half up to `places` decimals.
  [[nodiscard]] Decimal rounded(int places) const;
  /// As written; no exponent.
  [[nodiscard]] std::string text() const;
  /// Without trailing zeros: "2", "0.4".
  [[nodiscard]] std::string short_text() const;
  [[nodiscard]] double approximate() const;
  [[nodiscard]] bool is_zero() const { return mantissa_ == 0; }

  friend Decimal operator+(Decimal a, Decimal b);
  friend Decimal operator-(Decimal a, Decimal b);
  friend Decimal operator*(Decimal a, Decimal b);
  /// Quotient to 9 decimals, rounded half up; a division by zero gives 0 (check is_zero first).
  friend Decimal operator/(Decimal a, Decimal b);
  friend bool operator==(Decimal a, Decimal b);
  friend std::strong_ordering operator<=>(Decimal a, Decimal b);

 private:
  std::int64_t mantissa_ = 0;
  int scale_ = 0;
};

}  // namespace ivig::base
