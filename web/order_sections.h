#pragma once
// The parts of an order's page, the same for a stored order and for one on trial: what was ordered, what the guidelines
// say to it, and what the record says.

#include <string>

#include "rules/rule_set.h"
#include "web/order_view.h"

namespace ivig::web {

/// One sentence that says what the answer was: the card's, or why there is none.
[[nodiscard]] std::string headline(rules::RuleSet const& rules, OrderShown const& order);

/// What was ordered, what for, why it is flagged, and what would make it acceptable.
[[nodiscard]] std::string in_short(rules::RuleSet const& rules, OrderShown const& order);

/// The dose against the leading recommendation's regimen, as a picture and in words. Empty where neither is known.
[[nodiscard]] std::string dose_section(rules::RuleSet const& rules, OrderShown const& order);

/// Each guideline's position, side by side.
[[nodiscard]] std::string guidelines_section(rules::RuleSet const& rules, OrderShown const& order);

[[nodiscard]] std::string safety_section(OrderShown const& order);

/// What the record says, each fact with its source.
[[nodiscard]] std::string record_section(rules::RuleSet const& rules, OrderShown const& order);

/// The cards as they were shown.
[[nodiscard]] std::string cards_section(OrderShown const& order);

/// A finding's words, which are Markdown, as HTML.
[[nodiscard]] std::string finding_html(FindingShown const& finding);

}  // namespace ivig::web
