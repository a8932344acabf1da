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

/// The latest weight that is recent enough (dose.json, "weight"), in kg; one without a date only when no other is
/// known.
[[nodiscard]] std::optional<BodyWeight> body_weight(Knowledge const& knowledge,
                                                    std::vector<ResultStatement> const& results, base::Day today);

}  // namespace ivig::advice
