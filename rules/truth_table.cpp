#include "rules/truth_table.h"

#include <algorithm>
#include <functional>

namespace ivig::rules {

TruthTable::TruthTable(RuleSet const& rules, Facts const& facts) : rules_(rules), given_(facts) {
  for (auto const& indication : facts.indications) {
    Truth const now = truth_or(indications_[indication.condition], indication.certainty);
    set(indication.condition, this->facts()[indication.condition], now);
  }
  using Derived = FactValues::Derived;
  if (facts.values.derived() == Derived::not_at_all) {
    due_.clear();
    derive_all();
  } else {
    if (facts.values.derived() == Derived::but_for_read) {
      for (FactIndex fact : facts.values.read()) dependents_are_due(fact);
    }
    settle();
  }
  changes_.clear();
}

bool TruthTable::follows(FactIndex fact) const {
  // What the record says directly outranks what follows from other facts.
  return !given_.values.is_direct(fact) && std::find(supposed_.begin(), supposed_.end(), fact) == supposed_.end();
}

Truth TruthTable::derived(FactIndex fact) const {
  auto const& definition = rules_.facts[fact];
  Truth const yes = definition.for_it.when.empty() ? Truth::no : definition.for_it.when.evaluate(input());
  if (yes == Truth::yes) return Truth::yes;
  Truth const no = definition.against_it.when.empty() ? Truth::no : definition.against_it.when.evaluate(input());
  if (no == Truth::yes) return Truth::no;
  if (yes == Truth::unknown || no == Truth::unknown) return Truth::unknown;
  if (given_.values.is_read(fact)) return Truth::unknown;
  return rules_.unread(fact, given_.conditions_known, given_.allergies_known);
}

void TruthTable::derive_all() {
  for (FactIndex fact : rules_.derivation_order) {
    if (follows(fact)) assign(fact, derived(fact));
  }
}

void TruthTable::assign(FactIndex fact, Truth value) {
  if (facts()[fact] == value) return;
  if (changed_.empty()) changed_ = given_.values.truths();
  changed_[fact] = value;
}

void TruthTable::set(FactIndex fact, Truth value, Truth indication) {
  Truth const fact_before = facts()[fact], indication_before = indications_[fact];
  if (fact_before == value && indication_before == indication) return;
  changes_.push_back({fact, fact_before, indication_before});
  assign(fact, value);
  indications_.set(fact, indication);
  dependents_are_due(fact);
}

void TruthTable::dependents_are_due(FactIndex fact) {
  for (FactIndex dependent : rules_.dependents[fact]) {
    due_.push_back(rules_.derivation_rank[dependent]);
    std::push_heap(due_.begin(), due_.end(), std::greater<>());
  }
}

void TruthTable::settle() {
  while (!due_.empty()) {
    std::pop_heap(due_.begin(), due_.end(), std::greater<>());
    FactIndex const rank = due_.back();
    due_.pop_back();
    if (!due_.empty() && due_.front() == rank) continue;  // due more than once
    FactIndex const fact = rules_.derivation_order[rank];
    if (follows(fact)) set(fact, derived(fact), indications_[fact]);
  }
}

void TruthTable::suppose(FactIndex fact, Truth value) {
  supposed_.push_back(fact);
  Truth const indication = indications_[fact] == Truth::unknown ? value : indications_[fact];
  set(fact, value, indication);
  settle();
}

void TruthTable::take_back() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    assign(change->fact, change->fact_before);
    indications_.set(change->fact, change->indication_before);
  }
  changes_.clear();
  supposed_.clear();
}

void derive(RuleSet const& rules, Facts& facts) {
  TruthTable const table(rules, facts);
  for (FactIndex fact : rules.derivation_order) {
    if (facts.values.truths()[fact] != table.facts()[fact]) facts.values.derive(fact, table.facts()[fact]);
  }
  facts.values.mark_derived();
}

}  // namespace ivig::rules
