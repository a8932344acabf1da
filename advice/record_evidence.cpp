#include "advice/record_evidence.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace ivig::advice {
namespace {

using rules::Basis;
using rules::FactKind;
using rules::Truth;

/// What leads to a clause, gathered item by item and read clause by clause.
template <class Item>
class ByClause {
 public:
  void add(ClauseNumber clause, Item item) { pairs_.push_back({clause, item}); }

  /// Calls f(clause, items) for every clause in order; items in the order of the record.
  template <class F>
  void each(F&& f) {
    std::stable_sort(pairs_.begin(), pairs_.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    std::vector<Item> items;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      items.push_back(pairs_[i].second);
      if (i + 1 < pairs_.size() && pairs_[i + 1].first == pairs_[i].first) continue;
      f(pairs_[i].first, items);
      items.clear();
    }
  }

 private:
  std::vector<std::pair<ClauseNumber, Item>> pairs_;
};

Balances none_of(Knowledge const& knowledge) { return Balances(knowledge.rules.facts.size()); }

}  // namespace

ProblemEvidence::ProblemEvidence(Knowledge const& knowledge, std::vector<Statement> const& problems, base::Day today,
                                 NamedConditions named)
    : statements(none_of(knowledge)),
      onset(none_of(knowledge)),
      history(none_of(knowledge)),
      recent(none_of(knowledge)),
      onsets(knowledge, problems),
      conditions(std::move(named)) {
  read_statements(knowledge, problems, statements);
  read_onsets(knowledge, problems, today, onset);
  read_history(knowledge, problems, history);
  read_recent(knowledge, problems, today, recent);
}

void TreatmentsByClause::add(std::vector<TreatmentStatement> const& treatments) {
  for (auto const& treatment : treatments) {
    for (ClauseNumber clause : clauses_named(knowledge_, treatment)) {
      if (fulfils(knowledge_, treatment, clause)) by_clause_[clause].push_back(&treatment);
    }
  }
}

void TreatmentsByClause::add(TreatmentsByClause const& other) {
  for (auto const& [clause, treatments] : other.by_clause_) {
    auto& own = by_clause_[clause];
    own.insert(own.end(), treatments.begin(), treatments.end());
  }
}

/// Of treatments that are equally coded, the first one in time for the clause counts. A later entry can be that one
/// only when its day is after the days of all before it. Any without a day, and the latest day, show that not all
/// treatments are of an earlier episode.
void TreatmentsByClause::drop_repeated() {
  for (auto& [clause, treatments] : by_clause_) {
    bool const any_day = !knowledge_.clauses.treatments[clause].clause->within_days;
    struct Seen {
      bool any = false;
      std::optional<base::Day> latest;
    };
    std::array<Seen, 2> seen;  // by text, by code
    bool undated = false;
    std::erase_if(treatments, [&](TreatmentStatement const* one) {
      Seen& before = seen[one->statement.coded ? 1 : 0];
      auto const day = one->end ? one->end : one->start;
      bool const keep = !before.any || (!any_day && (day > before.latest || (!day && !undated)));
      before.any = true;
      before.latest = std::max(before.latest, day);
      undated = undated || !day;
      return !keep;
    });
  }
}

RecordEvidence::RecordEvidence(Knowledge const& knowledge, Record const& record)
    : knowledge_(knowledge),
      record_(record),
      results_(none_of(knowledge)),
      treatment_history_(none_of(knowledge)),
      reactions_(none_of(knowledge)),
      treatments_(knowledge),
      problems_(knowledge, record.problems) {
  read_reports();
  read_results();
  treatments_.add(record.treatments);
  treatments_.drop_repeated();
  for (auto const& treatment : record.treatments) {
    if (treatment.states.test(static_cast<std::size_t>(TreatmentState::tried)))
      read_history(knowledge, treatment.statement, treatment_history_);
  }
  read_reactions();
}

ProblemEvidence const& RecordEvidence::beside(std::vector<Statement>& reasons) {
  problems_.drop_lone_results(reasons);
  auto context = problems_.context(reasons);
  auto const known = beside_.find(context);
  if (known != beside_.end()) return known->second;
  auto const changed = problems_.read(context);
  std::vector<Statement> const& problems = changed ? *changed : record_.problems;
  ProblemEvidence evidence(knowledge_, problems, record_.today, {knowledge_, problems, record_.problems});
  return beside_.emplace(std::move(context), std::move(evidence)).first->second;
}

/// What reports say in words of conditions that they name: "criteria for CIDP are not met". They make no diagnosis.
void RecordEvidence::read_reports() {
  for (auto const& result : record_.results) {
    if (result.observation->pending) continue;
    for (auto const& match : result.statement.phrases) {
      if (match.owner.kind != PhraseOwner::Kind::fact_phrase || match.past || match.possible || match.to_be_excluded)
        continue;
      auto const& fact = knowledge_.rules.facts[match.owner.fact.fact];
      if (fact.kind != FactKind::condition && names_any(knowledge_, result.statement, fact.about))
        add_statement(results_, match.owner.fact, match.negated, result.statement, Basis::text);
    }
  }
}

void RecordEvidence::read_results() {
  ByClause<ResultStatement const*> named;
  for (auto const& result : record_.results) {
    for (ClauseNumber clause : clauses_named(knowledge_, result)) named.add(clause, &result);
  }
  named.each([&](ClauseNumber clause, auto const& results) {
    FactSide const side = knowledge_.clauses.results[clause].side;
    auto const& sets = knowledge_.clauses.results[clause].clause->value_sets;
    if (!sets.empty() && is_latest_unread(knowledge_, results, clause, record_.today))
      unread_units_.insert(knowledge_.terms.sets()[knowledge_.set(sets.front())].title);
    for (auto const& found : evidence_in_results(knowledge_, results, clause, record_.today)) {
      Truth const value = (side.side == Side::for_it) == (found.value == Truth::yes) ? Truth::yes : Truth::no;
      Balance& balance = results_[side.fact];
      int const weight_of_result = weight(Place::result, Basis::code);
      if (!balance.takes(value, weight_of_result)) continue;  // the words of a result are written only for a card
      balance.add(value, weight_of_result, Basis::code, found.from->statement.path, shown(*found.from));
    }
  });
}

void RecordEvidence::read_reactions() {
  ByClause<ReactionStatement const*> named;
  for (auto const& entry : record_.reactions) {
    NamedClauses led_to;
    for (auto const& match : entry.substance.sets) led_to.add(knowledge_.clauses.reactions_by_set[match.set]);
    for (ClauseNumber clause : std::move(led_to).in_order()) named.add(clause, &entry);
  }
  named.each([&](ClauseNumber clause, auto const& entries) {
    auto const& use = knowledge_.clauses.reactions[clause];
    for (auto const* entry : entries) {
      if (tells_of(knowledge_, *entry, use))
        add_statement(reactions_, use.side, false, entry->substance,
                      entry->substance.coded ? Basis::code : Basis::text);
      else if (knowledge_.rules.facts[use.side.fact].kind == FactKind::reaction && leaves_open(*entry, use))
        reactions_[use.side.fact].open = true;
    }
  });
}

}  // namespace ivig::advice
