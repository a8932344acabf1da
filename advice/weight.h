#pragma once
// The body weight that doses are calculated with.

#include <optional>
#include <string>
#include <vector>

#include "advice/results.h"
#include "base/clock.h"

namespace ivig::advice {

struct BodyWeight {
  base::Decimal kg;
  std::optional<base::Day> measured;
  bool named = false;  ///< old enough that its age is worth naming
  std::string from;
};

/// Why the latest weight cannot be believed as it stands.
struct WeightDoubt {
  std::string shown;                ///< "680 kg (2026-11-12)"
  std::optional<BodyWeight> other;  ///< another weight on record, or the same by its printed unit
};

struct WeightReading {
  std::optional<BodyWeight> weight;  ///< the latest; empty when it is implausible and there is no other beside it
  std::optional<WeightDoubt> doubt;
};

/// The latest weight that is recent enough (dose.json, "weight"), in kg, by the moment at which it was measured; one
/// without a date only when no other is known. It is doubted when it lies outside what a person can weigh, when it
/// differs from the weight before it by more than a share within some days (adults), when the two numbers look like
/// pounds and kilograms of one weight, or when its printed unit is another than its code says (dose.json, "weight").
/// `adult`: unknown counts as adult.
[[nodiscard]] WeightReading body_weight(Knowledge const& knowledge, std::vector<ResultStatement> const& results,
                                        bool adult, base::Day today);

}  // namespace ivig::advice
