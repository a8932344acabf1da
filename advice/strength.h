#pragma once
// The strength that the name of a drug states: "10 %", "100 mg/mL", "20 gram/200 mL".

#include <string_view>
#include <vector>

#include "base/decimal.h"

namespace ivig::advice {

/// Every strength that stands in the text, in g/mL, each once.
[[nodiscard]] std::vector<base::Decimal> strengths_in(std::string_view text);

}  // namespace ivig::advice
