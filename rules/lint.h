#pragma once
// Checks of a loaded rule set that loading itself does not make: rows that can never fire, sentences too long, facts
// that nothing uses, rows without examples.

#include <string>
#include <vector>

#include "rules/rule_set.h"

namespace ivig::rules {

struct LintFinding {
  bool error = true;  ///< false: worth knowing, not a fault
  std::string where;
  std::string detail;
};

[[nodiscard]] std::vector<LintFinding> lint(RuleSet const& rules);

/// Which rows and safety findings an example expects listed, and which of either not.
struct ExampleUse {
  std::vector<std::string> recommendations, safety, absent;
};

/// Rows and safety rules without a positive or a negative example, and examples that name unknown ones.
[[nodiscard]] std::vector<LintFinding> lint_examples(RuleSet const& rules, std::vector<ExampleUse> const& examples);

}  // namespace ivig::rules
