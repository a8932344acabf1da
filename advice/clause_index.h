#pragma once
// Which clauses of the rule set a value set is evidence for, and what each clause needs when a chart is read. Reading a
// chart follows what the chart holds; it never walks over the rule set.

#include <cstdint>
#include <string>
#include <vector>

#include "advice/treatment_state.h"
#include "fhir/terminology.h"
#include "rules/rule_set.h"

namespace ivig::advice {

enum class Side : std::uint8_t { for_it, against_it };

/// A fact, and on which side of it the evidence stands.
struct FactSide {
  rules::FactIndex fact;
  Side side;
};

/// Number of a clause among those of its kind, in the order of facts, sides and clauses.
using ClauseNumber = std::uint32_t;

struct ResultUse {
  FactSide side;
  rules::ResultClause const* clause;
  std::vector<fhir::SetIndex> sets;
  std::vector<std::string> words;  ///< the clause's, each " folded "
};

struct TreatmentUse {
  FactSide side;
  rules::TreatmentClause const* clause;
  std::vector<fhir::SetIndex> sets;
  TreatmentStates states, without;
};

struct ReactionUse {
  FactSide side;
  rules::ReactionClause const* clause;
  std::vector<fhir::SetIndex> substance;    ///< the clause's sets and those whose products they are allergies to
  std::vector<fhir::SetIndex> allergies;    ///< those of the clause's sets that are allergies
  std::vector<fhir::SetIndex> look_alikes;  ///< other products: an allergy to them says nothing
  std::vector<fhir::SetIndex> manifestations, only, not_only;
};

struct OnsetUse {
  FactSide side;
  rules::OnsetClause const* clause;
};

struct RecentUse {
  FactSide side;
  rules::RecentClause const* clause;
};

/// Evidence that no value set leads to: the patient, the product and the dose of the order.
struct DirectUse {
  FactSide side;
  rules::Evidence const* evidence;
};

struct ClauseIndex {
  template <class T>
  using BySet = std::vector<std::vector<T>>;  ///< by SetIndex

  std::vector<ResultUse> results;
  std::vector<TreatmentUse> treatments;
  std::vector<ReactionUse> reactions;
  BySet<ClauseNumber> results_by_set, treatments_by_set, reactions_by_set;
  BySet<FactSide> facts_by_set;    ///< whose evidence the set is
  BySet<FactSide> history_by_set;  ///< whose history clause names the set
  BySet<FactSide> drafts_by_set;   ///< of which an order of the same request in the set is evidence
  BySet<OnsetUse> onset_by_set;
  BySet<RecentUse> recent_by_set;
  std::vector<char> is_reaction;  ///< by SetIndex: some reaction clause names it as a manifestation
  std::vector<DirectUse> of_patient, of_product, of_dose;

  /// Both are kept by pointer and must stay where they are. Every value set that the rules name must exist.
  [[nodiscard]] static ClauseIndex build(rules::RuleSet const& rules, fhir::Terminology const& terms);
};

/// The clauses that one entry of a record leads to.
class NamedClauses {
 public:
  void add(ClauseNumber clause) { clauses_.push_back(clause); }
  void add(std::vector<ClauseNumber> const& clauses) {
    clauses_.insert(clauses_.end(), clauses.begin(), clauses.end());
  }
  /// In order, each once.
  [[nodiscard]] std::vector<ClauseNumber> in_order() &&;

 private:
  std::vector<ClauseNumber> clauses_;
};

}  // namespace ivig::advice
