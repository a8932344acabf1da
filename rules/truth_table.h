#pragma once
// The truth of every fact and indication of one order, kept so that what follows from other facts does follow.

#include <utility>
#include <vector>

#include "rules/facts.h"
#include "rules/rule_set.h"

namespace ivig::rules {

/// Work grows with the facts that follow from what is read or supposed, not with the rule set; the truths are copied
/// when the first of them changes.
///
///   TruthTable truths(rules, facts);
///   truths.suppose(fact, Truth::yes);  ... evaluate ...  truths.take_back();
class TruthTable {
 public:
  /// Keeps both by reference. Facts that were not derived are derived here.
  TruthTable(RuleSet const& rules, Facts const& facts);

  [[nodiscard]] ExpressionInput input() const { return {facts(), indications_}; }
  [[nodiscard]] std::vector<Truth> const& facts() const { return changed_.empty() ? given_.values.truths() : changed_; }

  /// Supposes an unknown fact to be known; an order that may be for it is for it, or is not.
  void suppose(FactIndex fact, Truth value);
  /// Forgets what was supposed.
  void take_back();

 private:
  struct Change {
    FactIndex fact;
    Truth fact_before, indication_before;
  };
  [[nodiscard]] bool follows(FactIndex fact) const;
  [[nodiscard]] Truth derived(FactIndex fact) const;
  void derive_all();
  void assign(FactIndex fact, Truth value);
  void set(FactIndex fact, Truth value, Truth indication);
  void dependents_are_due(FactIndex fact);
  void settle();

  RuleSet const& rules_;
  Facts const& given_;
  std::vector<Truth> changed_;  ///< empty: as given
  IndicationTruths indications_;
  std::vector<Change> changes_;  ///< since construction, or since the last take_back
  std::vector<FactIndex> due_;   ///< ranks of derivation, a heap with the least first
  std::vector<FactIndex> supposed_;
};

/// Fills in the facts that follow from others (their `when` evidence).
void derive(RuleSet const& rules, Facts& facts);

}  // namespace ivig::rules
