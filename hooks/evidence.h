#pragma once
// The page behind a card's link: one recommendation with its provenance, as HTML or JSON.

#include <string>

#include "rules/rule_set.h"

namespace ivig::hooks {

[[nodiscard]] std::string evidence_json(rules::RuleSet const& rules, rules::Row const& row);
[[nodiscard]] std::string evidence_html(rules::RuleSet const& rules, rules::Row const& row);

}  // namespace ivig::hooks
