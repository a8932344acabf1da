#pragma once
// The parts of RuleSet::load, one file of the rule set each. Private to rules/.

#include "base/result.h"
#include "rules/rule_file.h"
#include "rules/rule_set.h"

namespace ivig::rules {

/// The files of facts: all definitions first, so that expressions can name any of them, then their evidence.
[[nodiscard]] base::Result<void> load_facts(std::vector<RuleFile> const& files, RuleSet& rules);
/// One guideline file: provenance and rows. `narrower_than` is resolved by finish_rows.
[[nodiscard]] base::Result<void> load_guideline(RuleFile const& file, RuleSet& rules);
/// safety.json: the safety rules, over facts that are loaded already.
[[nodiscard]] base::Result<void> load_safety(RuleFile const& file, RuleSet& rules);
/// cards.json: sentences and override reasons.
[[nodiscard]] base::Result<void> load_cards(RuleFile const& file, RuleSet& rules);
/// dose.json: limits of doses, and the findings with their words. After facts and rows, which it names.
[[nodiscard]] base::Result<void> load_dose(RuleFile const& file, RuleSet& rules);
/// "unknown fact "x" (did you mean "y"?)".
[[nodiscard]] std::string unknown_fact(RuleSet const& rules, std::string_view name);
/// The question of a finding, member "ask": {"fact", "text"}. Errors: invalid_rules.
[[nodiscard]] base::Result<FindingQuestion> read_question(RuleFile const& file, std::string_view id,
                                                          base::Json const& json);
/// A row's regimen.
[[nodiscard]] base::Result<std::optional<Regimen>> read_regimen(RuleFile const& file, std::string_view row,
                                                                base::Json const& json);
/// A decimal written as text ("0.4"), so that no digit is lost on the way. Errors: invalid_rules.
[[nodiscard]] base::Result<std::optional<base::Decimal>> decimal_text(RuleFile const& file, std::string_view id,
                                                                      base::Json const& json, std::string_view name);
/// Index of rows by condition with narrower rows first; refuses cycles of `narrower_than`.
[[nodiscard]] base::Result<void> index_rows(RuleSet& rules);
/// Order in which derived facts are computed; refuses cycles of `when`.
[[nodiscard]] base::Result<void> order_derivations(RuleSet& rules);
/// What holds of every fact before a chart is read. After order_derivations.
void derive_unread(RuleSet& rules);

}  // namespace ivig::rules
