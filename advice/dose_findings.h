#pragma once
// What is to be said about the dose of an order: limits, words and levels are those of rules/dose.json.

#include <vector>

#include "advice/other_orders.h"
#include "rules/findings.h"

namespace ivig::advice {

struct DoseFindingsInput {
  Knowledge const& knowledge;
  Record const& record;
  OrderDose const& dose;
  rules::Facts const& facts;  ///< of the order, derived
  std::vector<OtherOrder> const& others;
};

/// Adds to `findings.dose`, heaviest first, and to `findings.missing` what a dose finding hangs on. The limits are
/// those of the leading row and of further rows of its guideline; where it gives none, the general ceiling. For an
/// indication outside the guidelines only a critical finding is added.
void add_dose_findings(DoseFindingsInput const& input, rules::Findings& findings);

}  // namespace ivig::advice
