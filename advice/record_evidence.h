#pragma once
// What a record says about facts, read once for all orders of a call: an order costs what it brings with it, and what
// is known of each fact, whatever the length of the record.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "advice/balance.h"
#include "advice/facts_from_chart.h"
#include "advice/indications.h"
#include "advice/statement_evidence.h"

namespace ivig::advice {

/// What the problems of a record say, read in one context. Weighed apart, because evidence of other kinds is read
/// between these.
struct ProblemEvidence {
  ProblemEvidence(Knowledge const& knowledge, std::vector<Statement> const& problems, base::Day today,
                  NamedConditions named);

  Balances statements, onset, history, recent;
  Onsets onsets;
  NamedConditions conditions;
};

/// Treatments that lead to clauses and fulfil them, clause by clause, in the order in which they were added.
class TreatmentsByClause {
 public:
  explicit TreatmentsByClause(Knowledge const& knowledge) : knowledge_(knowledge) {}

  /// The treatments must outlive it.
  void add(std::vector<TreatmentStatement> const& treatments);
  /// Adds what was added to another, which must not change.
  void add(TreatmentsByClause const& other);
  /// Leaves out what changes nothing where another treatment stands before it.
  void drop_repeated();
  /// Those that speak for a fact. `onset(conditions)`: when the disease began.
  template <class OnsetOf>
  void read(base::Day today, OnsetOf&& onset, Balances& balances) const;

 private:
  Knowledge const& knowledge_;
  std::map<ClauseNumber, std::vector<TreatmentStatement const*>> by_clause_;
};

class RecordEvidence {
 public:
  /// `record` must outlive it and not change.
  RecordEvidence(Knowledge const& knowledge, Record const& record);

  /// The problems beside an order's reasons, of which lone results are taken back.
  [[nodiscard]] ProblemEvidence const& beside(std::vector<Statement>& reasons);

  [[nodiscard]] Balances const& results() const { return results_; }
  [[nodiscard]] TreatmentsByClause const& treatments() const { return treatments_; }
  [[nodiscard]] Balances const& treatment_history() const { return treatment_history_; }
  [[nodiscard]] Balances const& reactions() const { return reactions_; }
  /// Titles of the value sets of tests whose latest result decides nothing because its unit is not known.
  [[nodiscard]] std::set<std::string> const& unread_units() const { return unread_units_; }

 private:
  void read_reports();
  void read_results();
  void read_reactions();

  Knowledge const& knowledge_;
  Record const& record_;
  Balances results_, treatment_history_, reactions_;
  std::set<std::string> unread_units_;
  TreatmentsByClause treatments_;
  ProblemsBesideReasons problems_;
  std::map<ProblemsBesideReasons::Context, ProblemEvidence> beside_;
};

template <class OnsetOf>
void TreatmentsByClause::read(base::Day today, OnsetOf&& onset_of, Balances& balances) const {
  using Episode = rules::TreatmentClause::Episode;
  for (auto const& [number, treatments] : by_clause_) {
    TreatmentUse const& use = knowledge_.clauses.treatments[number];
    std::optional<base::Day> onset;
    if (use.clause->episode != Episode::any) onset = onset_of(knowledge_.rules.facts[use.side.fact].about);
    auto timely = [&](TreatmentStatement const* one) { return in_time(*one, *use.clause, onset, today); };
    // "Of an earlier episode" says something only where no treatment can be of this one.
    if (use.clause->episode == Episode::earlier && !std::all_of(treatments.begin(), treatments.end(), timely)) continue;
    for (auto const* treatment : treatments) {
      if (!timely(treatment)) continue;
      auto const basis = treatment->statement.coded ? rules::Basis::code : rules::Basis::text;
      add_statement(balances, use.side, false, treatment->statement, basis);
    }
  }
}

}  // namespace ivig::advice
