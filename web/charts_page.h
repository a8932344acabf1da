#pragma once
// What was advised and what became of it, where looking beats reading.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rules/rule_set.h"
#include "store/records.h"
#include "web/charts.h"
#include "web/page.h"

namespace ivig::web {

struct ChartsPage {
  rules::RuleSet const& rules;
  unsigned span = 12;                                               ///< months that are shown
  std::vector<std::pair<std::string, StanceCounts>> const& months;  ///< "2026-11" with its decisions, oldest first
  std::vector<store::OverrideRate> const& rates;                    ///< most overridden first
  std::map<std::string, DoseCounts> const& doses;                   ///< by leading row
  std::size_t doses_read = 0;                                       ///< decisions that `doses` was counted from
  bool all_read = true;                                             ///< they are all of the time
};

/// The spans that can be chosen.
inline constexpr unsigned kSpans[] = {3, 12, 36};

[[nodiscard]] std::string charts_page(ChartsPage const& charts, Viewer const& viewer);

}  // namespace ivig::web
