#pragma once
// The page of one stored order.

#include <string>

#include "rules/rule_set.h"
#include "store/review_records.h"
#include "web/order_view.h"
#include "web/page.h"

namespace ivig::web {

struct OrderPage {
  rules::RuleSet const& rules;  ///< in force now; the record names its own
  store::StoredDecision const& decision;
  store::DecisionReview const& review;
  OrderShown const& order;
  OrderShown const* again = nullptr;  ///< as the rules in force decide with the reviewers' answers; nullptr: none given
  std::string notice{};               ///< what was just done
  std::string mistake{};              ///< what could not be done
};

[[nodiscard]] std::string order_page(OrderPage const& page, Viewer const& viewer);

}  // namespace ivig::web
