#pragma once
// Risks that an order meets in this patient: rules/safety.json over the facts of the order. Pure.

#include "rules/findings.h"

namespace ivig::rules {

/// Adds the safety findings to `findings`, whose stance and dose findings are complete; sets the combined indicator;
/// where a card is shown, appends to `missing` what would change a finding. `facts` must be derived.
///
/// Where the indication is recognised and outside the encoded guidelines only critical findings are kept: nobody asked
/// for advice on the others.
void add_safety(RuleSet const& rules, Facts const& facts, Findings& findings);

}  // namespace ivig::rules
