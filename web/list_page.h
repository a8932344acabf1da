#pragma once
// The list of stored decisions with its filters.

#include <map>
#include <string>
#include <vector>

#include "rules/rule_set.h"
#include "store/records.h"
#include "web/page.h"

namespace ivig::web {

/// What the filters of the form are set to, by name; the names are those of the API.
using Filters = std::map<std::string, std::string>;

struct ListPage {
  rules::RuleSet const& rules;
  Filters const& filters;
  bool all = false;  ///< false: only what waits for a determination
  store::DecisionPage const& decisions;
  std::string mistake;  ///< a filter that could not be understood, with its reason
};

[[nodiscard]] std::string list_page(ListPage const& list, Viewer const& viewer);

}  // namespace ivig::web
