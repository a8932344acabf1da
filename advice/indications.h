#pragma once
// Which condition the order is for (docs/rule-form.md, "Which condition counts").

#include "advice/facts_from_chart.h"

namespace ivig::advice {

/// From the problems of the record and the reasons of the order: fills indications, source, reason_refuted and
/// contradicting of `facts`, whose values must be complete and derived.
void find_indications(Knowledge const& knowledge, std::vector<Statement> const& problems,
                      std::vector<Statement> const& reasons, rules::Facts& facts);

}  // namespace ivig::advice
