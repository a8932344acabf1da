#pragma once
// A stored decision taken up again: the facts that its record holds, with answers that were given since.

#include <map>
#include <string>

#include "advice/knowledge.h"
#include "base/result.h"
#include "store/records.h"

namespace ivig::hooks {

/// The documents of a decision (store::DecisionRecord) as they come out anew, without what was read from the order:
/// product and dose stand in the record.
struct DecidedAgain {
  std::string decision_json, facts_json;
};

/// Decides by the rules in force over the record's facts, with `answers` (fact id -> yes or no) outranking them; `from`
/// says where an answer stands. Recommendations, safety and what is missing are new; the dose and its findings stay as
/// they were read from the order, which is not kept. Without answers, and by the same rule set, the outcome is that of
/// the record. Facts that the rule set does not know are passed over. Errors: those of JsonBody::parse.
[[nodiscard]] base::Result<DecidedAgain> decide_again(advice::Knowledge const& knowledge,
                                                      store::DecisionRecord const& record,
                                                      std::map<std::string, bool> const& answers,
                                                      std::string_view from);

}  // namespace ivig::hooks
