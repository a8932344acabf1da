#pragma once
// Orders of immune globulin that get no decision, and why: nobody is to take "none was there" for an answer.

#include <string>
#include <vector>

#include "advice/decide.h"

namespace ivig::advice {

struct SkippedOrder {
  std::string order_reference;  ///< "MedicationRequest/ivig-1"
  std::string why;              ///< all reasons, as words
};

/// Why there is no decision on the orders of the input, and on those `set_aside`, which were not handed to decide() at
/// all; in their order. Orders that decide() decides on and orders of other drugs are left out. One whose drug is not
/// known may be of immune globulin, and is told of as well.
[[nodiscard]] std::vector<SkippedOrder> skipped_orders(DecideInput const& input,
                                                       std::vector<fhir::Order> const& set_aside);

}  // namespace ivig::advice
