#include "advice/statement_evidence.h"

#include <algorithm>
#include <string>

namespace ivig::advice {
namespace {

using rules::Basis;
using rules::FactDefinition;
using rules::FactIndex;
using rules::Truth;

/// A qualifier counts in the order's reason, beside its condition, and in a statement that names nothing else.
bool about(Knowledge const& knowledge, Statement const& statement, FactDefinition const& fact) {
  if (fact.about.empty() || statement.place == Place::reason || names_any(knowledge, statement, fact.about))
    return true;
  return !statement.names_more;  // "exacerbation", but not "asthma exacerbation"
}

/// "FGFR-3 antibody positive" in a problem or a reason.
void result_in_text(Knowledge const& knowledge, Statement const& statement, PhraseMatch const& match,
                    Balances& balances) {
  std::string const& wanted = knowledge.clauses.results[match.owner.clause].clause->value;
  if (wanted.empty() || match.result == fhir::ResultValue::pending) return;
  bool negative = match.result == fhir::ResultValue::negative || match.negated;
  if (match.result == fhir::ResultValue::not_stated && !match.negated && statement.sets.empty()) return;
  add_statement(balances, match.owner.fact, (wanted == "positive") == negative, statement, Basis::text);
}

void read_statement(Knowledge const& knowledge, Statement const& statement, Balances& balances) {
  for (auto const& match : statement.sets) {
    if (match.past) continue;
    for (auto const& side : knowledge.clauses.facts_by_set[match.set]) {
      if (match.broader) balances[side.fact].open = true;
      else add_statement(balances, side, false, statement, match.basis);
    }
  }
  for (auto const& match : statement.phrases) {
    if (match.owner.kind == PhraseOwner::Kind::result_name) {
      result_in_text(knowledge, statement, match, balances);
      continue;
    }
    if (match.owner.kind != PhraseOwner::Kind::fact_phrase || match.past || match.possible || match.to_be_excluded)
      continue;
    if (about(knowledge, statement, knowledge.rules.facts[match.owner.fact.fact]))
      add_statement(balances, match.owner.fact, match.negated, statement, Basis::text);
  }
}

void read_onset(Knowledge const& knowledge, Statement const& statement, base::Day today, Balances& balances) {
  int const days = static_cast<int>((today - *statement.onset).count());
  int const weight_of_onset = weight(Place::problem, Basis::code);
  for (auto const& match : statement.sets) {
    if (match.broader || match.past) continue;
    for (auto const& use : knowledge.clauses.onset_by_set[match.set]) {
      bool const yes = (use.side.side == Side::for_it) == (days <= use.clause->within_days);
      balances[use.side.fact].add(yes ? Truth::yes : Truth::no, weight_of_onset, Basis::code, statement.path,
                                  "onset " + std::to_string(days) + " days ago");
    }
  }
}

void read_recent(Knowledge const& knowledge, Statement const& statement, base::Day today, Balances& balances) {
  for (auto const& match : statement.sets) {
    if (match.past) continue;
    for (auto const& use : knowledge.clauses.recent_by_set[match.set]) {
      auto day = statement.onset;
      if (!day && statement.condition != nullptr) day = statement.condition->recorded;
      bool const old = day && (today - *day).count() > use.clause->within_days;
      if (old || match.broader || match.possible || statement.provisional) balances[use.side.fact].open = true;
      else add_statement(balances, use.side, false, statement, match.basis);
    }
  }
}

}  // namespace

void add_statement(Balances& balances, FactSide side, bool reversed, Statement const& statement, Basis basis) {
  bool yes = (side.side == Side::for_it) != reversed;
  bool named = basis == Basis::code && (statement.place == Place::reason || statement.place == Place::problem) &&
               !statement.label.empty();
  balances[side.fact].add(yes ? Truth::yes : Truth::no, weight(statement.place, basis), basis, statement.path,
                          named ? statement.label : statement.words);
}

bool names_any(Knowledge const& knowledge, Statement const& statement, std::vector<FactIndex> const& conditions) {
  auto named_by = [&](fhir::SetIndex set) {
    auto const& sides = knowledge.clauses.facts_by_set[set];
    return std::any_of(sides.begin(), sides.end(), [&](FactSide const& side) {
      return std::find(conditions.begin(), conditions.end(), side.fact) != conditions.end();
    });
  };
  // "Criteria for CIDP are not met" is about CIDP.
  return std::any_of(statement.sets.begin(), statement.sets.end(),
                     [&](SetMatch const& match) { return named_by(match.set); }) ||
         std::any_of(statement.denied_sets.begin(), statement.denied_sets.end(), named_by);
}

void read_statements(Knowledge const& knowledge, std::vector<Statement> const& statements, Balances& balances) {
  for (auto const& statement : statements) {
    if (statement.counts()) read_statement(knowledge, statement, balances);
  }
}

void read_onsets(Knowledge const& knowledge, std::vector<Statement> const& statements, base::Day today,
                 Balances& balances) {
  for (auto const& statement : statements) {
    if (statement.counts() && statement.onset) read_onset(knowledge, statement, today, balances);
  }
}

void read_history(Knowledge const& knowledge, std::vector<Statement> const& statements, Balances& balances) {
  for (auto const& statement : statements) {
    if (!statement.refuted) read_history(knowledge, statement, balances);
  }
}

void read_history(Knowledge const& knowledge, Statement const& statement, Balances& balances) {
  for (auto const& match : statement.sets) {
    for (auto const& side : knowledge.clauses.history_by_set[match.set]) {
      if (match.broader || match.possible || statement.provisional) balances[side.fact].open = true;
      else add_statement(balances, side, false, statement, match.basis);
    }
  }
}

void read_recent(Knowledge const& knowledge, std::vector<Statement> const& statements, base::Day today,
                 Balances& balances) {
  for (auto const& statement : statements) {
    if (statement.counts()) read_recent(knowledge, statement, today, balances);
  }
}

Onsets::Onsets(Knowledge const& knowledge, std::vector<Statement> const& statements) {
  for (auto const& statement : statements) {
    if (!statement.counts() || !statement.onset) continue;
    by_fact_.resize(knowledge.rules.facts.size());
    for (auto const& match : statement.sets) {
      for (auto const& side : knowledge.clauses.facts_by_set[match.set])
        by_fact_[side.fact] = std::max(by_fact_[side.fact], statement.onset);  // none is before any day
    }
  }
}

std::optional<base::Day> Onsets::latest(std::vector<FactIndex> const& conditions) const {
  std::optional<base::Day> latest;
  if (by_fact_.empty()) return latest;
  for (FactIndex fact : conditions) latest = std::max(latest, by_fact_[fact]);
  return latest;
}

}  // namespace ivig::advice
