#pragma once
// Proof over the rows of each condition: no two rows of one guideline with opposite stances can both lead, and every
// row can apply. All combinations of the facts that the rows mention are tried; none is sampled.

#include <string>
#include <vector>

#include "rules/lint.h"

namespace ivig::rules {

/// What was tried for the rows that one guideline has for one condition.
struct ProvedRows {
  std::string condition, guideline;
  std::size_t rows = 0, facts = 0, combinations = 0;
};

struct RowProof {
  std::vector<ProvedRows> proved;
  std::vector<LintFinding> findings;
};

/// More combinations than this for one condition of one guideline are refused, with the way out: 3 to the power of 13.
constexpr std::size_t kMostCombinations = 1594323;

/// Tries every combination of true, false and unknown.
[[nodiscard]] RowProof prove_rows(RuleSet const& rules);

/// "aanem-2023.json:12: aanem-2023/ibm", or with a member "...: card".
[[nodiscard]] std::string where_of(Place const& place, std::string const& id, std::string_view member = {});

}  // namespace ivig::rules
