#pragma once
// Questions worth asking that change no row: what a card that is shown anyway adds to what decides it.

#include "rules/facts.h"
#include "rules/findings.h"
#include "rules/rule_set.h"

namespace ivig::rules {

/// Tests worth having that change no row: listed only when something is said anyway.
void add_advisable(RuleSet const& rules, std::vector<Truth> const& truths, Findings& findings);

/// What the order is for, where the answer rests on a guess or there is none.
void ask_for_indication(RuleSet const& rules, Facts const& facts, Findings& findings);

/// A diagnosis that is provisional, or that the record contradicts, is asked about.
void ask_for_confirmation(RuleSet const& rules, Facts const& facts, Findings& findings);

}  // namespace ivig::rules
