#pragma once
// Facts to findings: pure functions, no I/O, no clock.

#include "rules/facts.h"
#include "rules/findings.h"
#include "rules/rule_set.h"
#include "rules/truth_table.h"

namespace ivig::rules {

/// Evaluates the rows of the order's indications. `missing` holds, for every unknown fact that
/// these rows mention, whether learning it could change stance or indicator.
[[nodiscard]] Findings evaluate(RuleSet const& rules, Facts const& facts);

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
