#pragma once
// Which condition the order is for (docs/rule-form.md, "Which condition counts").

#include "advice/facts_from_chart.h"

namespace ivig::advice {

/// Fills indications, source, reason_refuted and contradicting of `facts`, whose values must be complete and derived.
void find_indications(Knowledge const& knowledge, Record const& record, std::vector<Statement> const& reasons,
                      rules::Facts& facts);

}  // namespace ivig::advice
