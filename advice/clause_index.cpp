#include "advice/clause_index.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "fhir/text.h"

namespace ivig::advice {
namespace {

using fhir::SetIndex;

class Builder {
 public:
  Builder(rules::RuleSet const& rules, fhir::Terminology const& terms, ClauseIndex& index)
      : rules_(rules), terms_(terms), index_(index) {
    std::size_t const count = terms.sets().size();
    for (auto* by_set : {&index.results_by_set, &index.treatments_by_set, &index.reactions_by_set})
      by_set->resize(count);
    for (auto* by_set : {&index.facts_by_set, &index.history_by_set, &index.drafts_by_set}) by_set->resize(count);
    index.onset_by_set.resize(count);
    index.recent_by_set.resize(count);
    index.is_reaction.resize(count, 0);
  }

  void add(FactSide side, rules::Evidence const& evidence) {
    add_sets(side, evidence);
    for (auto const& clause : evidence.results) {
      number(index_.results_by_set, index_.results.size(), sets(clause.value_sets));
      index_.results.push_back({side, &clause, sets(clause.value_sets), words(clause.words)});
    }
    for (auto const& clause : evidence.treatments) {
      number(index_.treatments_by_set, index_.treatments.size(), sets(clause.value_sets));
      index_.treatments.push_back(
          {side, &clause, sets(clause.value_sets), states(clause.states), states(clause.without)});
    }
    for (auto const& clause : evidence.reactions) add_reaction(side, clause);
    bool const aged = evidence.age_under || evidence.age_at_least;
    if (aged || !evidence.sex.empty()) index_.of_patient.push_back({side, &evidence});
    if (!evidence.stabilizers.empty() || evidence.wrong_route) index_.of_product.push_back({side, &evidence});
    if (evidence.dose || !evidence.schedules.empty()) index_.of_dose.push_back({side, &evidence});
  }

 private:
  [[nodiscard]] std::vector<SetIndex> sets(std::vector<std::string> const& ids) const {
    std::vector<SetIndex> found;
    found.reserve(ids.size());
    for (auto const& id : ids) found.push_back(*terms_.set_index(id));
    return found;
  }

  static std::vector<std::string> words(std::vector<std::string> const& written) {
    std::vector<std::string> folded;
    folded.reserve(written.size());
    for (auto const& word : written) folded.push_back(" " + fhir::folded_text(word) + " ");
    return folded;
  }

  static TreatmentStates states(std::vector<std::string> const& names) {
    TreatmentStates states;
    for (auto const& name : names) states.set(static_cast<std::size_t>(treatment_state(name)));
    return states;
  }

  static void number(ClauseIndex::BySet<ClauseNumber>& by_set, std::size_t number, std::vector<SetIndex> const& sets) {
    for (SetIndex set : sets) by_set[set].push_back(static_cast<ClauseNumber>(number));
  }

  void add_sets(FactSide side, rules::Evidence const& evidence) {
    for (SetIndex set : sets(evidence.value_sets)) index_.facts_by_set[set].push_back(side);
    for (SetIndex set : sets(evidence.history_value_sets)) index_.history_by_set[set].push_back(side);
    for (SetIndex set : sets(evidence.draft_order_value_sets)) index_.drafts_by_set[set].push_back(side);
    if (evidence.onset) {
      for (SetIndex set : sets(evidence.onset->value_sets))
        index_.onset_by_set[set].push_back({side, &*evidence.onset});
    }
    if (evidence.recent) {
      for (SetIndex set : sets(evidence.recent->value_sets))
        index_.recent_by_set[set].push_back({side, &*evidence.recent});
    }
  }

  void add_reaction(FactSide side, rules::ReactionClause const& clause) {
    ReactionUse use{
        side, &clause, sets(clause.to), {}, {}, sets(clause.manifestations), sets(clause.only), sets(clause.not_only)};
    for (SetIndex set : sets(clause.to)) {
      auto const more = sets(terms_.sets()[set].substance_of);
      if (!more.empty()) use.allergies.push_back(set);
      use.substance.insert(use.substance.end(), more.begin(), more.end());
    }
    auto const alike = sets(rules_.products.look_alikes);
    std::copy_if(alike.begin(), alike.end(), std::back_inserter(use.look_alikes), [&](SetIndex set) {
      return std::find(use.substance.begin(), use.substance.end(), set) == use.substance.end();
    });
    for (auto const* list : {&use.manifestations, &use.only, &use.not_only}) {
      for (SetIndex set : *list) index_.is_reaction[set] = 1;
    }
    number(index_.reactions_by_set, index_.reactions.size(), use.substance);
    index_.reactions.push_back(std::move(use));
  }

  rules::RuleSet const& rules_;
  fhir::Terminology const& terms_;
  ClauseIndex& index_;
};

}  // namespace

std::vector<ClauseNumber> NamedClauses::in_order() && {
  std::sort(clauses_.begin(), clauses_.end());
  clauses_.erase(std::unique(clauses_.begin(), clauses_.end()), clauses_.end());
  return std::move(clauses_);
}

ClauseIndex ClauseIndex::build(rules::RuleSet const& rules, fhir::Terminology const& terms) {
  ClauseIndex index;
  Builder builder(rules, terms, index);
  for (std::size_t i = 0; i < rules.facts.size(); ++i) {
    auto const fact = static_cast<rules::FactIndex>(i);
    builder.add({fact, Side::for_it}, rules.facts[i].for_it);
    builder.add({fact, Side::against_it}, rules.facts[i].against_it);
  }
  return index;
}

}  // namespace ivig::advice
