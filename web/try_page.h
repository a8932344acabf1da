#pragma once
// An order on trial: pasted, shown like a stored one, and not kept.

#include <string>
#include <vector>

#include "rules/rule_set.h"
#include "web/order_view.h"
#include "web/page.h"
#include "web/questions.h"

namespace ivig::web {

struct TryPage {
  rules::RuleSet const& rules;
  std::string text;     ///< the case as it was handed in; empty: nothing yet
  std::string mistake;  ///< why it could not be read
  std::string patient;  ///< in words
  std::vector<OrderShown> orders{};
  Answers answers{};
  std::string response{};  ///< the answers as a QuestionnaireResponse, for the record; empty: none were given
};

[[nodiscard]] std::string try_page(TryPage const& page, Viewer const& viewer);

}  // namespace ivig::web
