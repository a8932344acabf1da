#pragma once
// An order's dose beside what the leading recommendation's source gives, drawn.

#include <string>

#include "rules/rule_set.h"
#include "web/order_view.h"

namespace ivig::web {

/// Inline SVG with a description in words; empty where no dose in g/kg is known or no range is encoded.
[[nodiscard]] std::string dose_picture(rules::RuleSet const& rules, OrderShown const& order);

}  // namespace ivig::web
