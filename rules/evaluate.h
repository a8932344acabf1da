#pragma once
// Facts to findings: pure functions, no I/O, no clock.

#include "rules/facts.h"
#include "rules/findings.h"
#include "rules/rule_set.h"

namespace ivig::rules {

/// Fills in the facts that follow from others (their `when` evidence), in dependency order.
void derive(RuleSet const& rules, Facts& facts);

/// Evaluates the rows of the order's indications. Calls derive on a copy; `missing` holds, for every unknown fact that
/// these rows mention, whether learning it could change stance or indicator.
[[nodiscard]] Findings evaluate(RuleSet const& rules, Facts const& facts);

/// What is known of every fact, derived ones included, by FactIndex.
struct Truths {
  std::vector<Truth> facts;
  std::vector<Truth> indications;
  [[nodiscard]] ExpressionInput input() const { return {facts, indications}; }
};
[[nodiscard]] Truths truths_of(RuleSet const& rules, Facts const& facts);
/// The same, supposing that `fact` were known to be `value`.
[[nodiscard]] Truths truths_if(RuleSet const& rules, Facts const& facts, FactIndex fact, Truth value);

/// A row that applies (yes) or may apply (unknown).
struct RowState {
  RowIndex row = 0;
  Truth state = Truth::unknown;
};
/// Which of `rows` apply or may apply; those that a narrower one takes the place of are left out. `rows`: narrower ones
/// first, which descending order is.
[[nodiscard]] std::vector<RowState> row_states(RuleSet const& rules, std::vector<RowIndex> const& rows,
                                               ExpressionInput const& input);

/// The indicator of a leading row on its own, by the stance table of docs/rule-form.md ("Stance to indicator").
/// `supported`: another guideline's row supports IVIG for this patient and its precondition is not known to be unmet.
[[nodiscard]] Indicator indicator_of(Row const& row, std::optional<Truth> precondition, bool supported);

}  // namespace ivig::rules
