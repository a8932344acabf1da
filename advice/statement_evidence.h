#pragma once
// What problems and reasons say about facts. Each function reads one kind of clause; evidence of the same weight counts
// in the order in which it is read.

#include <optional>
#include <vector>

#include "advice/balance.h"
#include "advice/statements.h"
#include "base/clock.h"

namespace ivig::advice {

/// How much a piece of evidence weighs: the order's reason governs the record, a code outranks text.
[[nodiscard]] constexpr int weight(Place place, rules::Basis basis) {
  return (place == Place::reason ? 2 : 0) + (basis == rules::Basis::code ? 1 : 0);
}

/// A statement that speaks for a side of a fact, or, `reversed`, for the other one.
void add_statement(Balances& balances, FactSide side, bool reversed, Statement const& statement, rules::Basis basis);

/// True when the statement holds a set of evidence for or against one of the conditions.
[[nodiscard]] bool names_any(Knowledge const& knowledge, Statement const& statement,
                             std::vector<rules::FactIndex> const& conditions);

/// The sets and phrases of the statements that count.
void read_statements(Knowledge const& knowledge, std::vector<Statement> const& statements, Balances& balances);

/// When their conditions began. No date decides nothing.
void read_onsets(Knowledge const& knowledge, std::vector<Statement> const& statements, base::Day today,
                 Balances& balances);

/// Conditions whatever their clinical status: what once was stays a risk.
void read_history(Knowledge const& knowledge, std::vector<Statement> const& statements, Balances& balances);
void read_history(Knowledge const& knowledge, Statement const& statement, Balances& balances);

/// Conditions that pass: an old entry asks whether it still holds. An undated one is current.
void read_recent(Knowledge const& knowledge, std::vector<Statement> const& statements, base::Day today,
                 Balances& balances);

/// The latest recorded onset of each condition that statements name.
class Onsets {
 public:
  Onsets(Knowledge const& knowledge, std::vector<Statement> const& statements);
  /// The latest of some conditions.
  [[nodiscard]] std::optional<base::Day> latest(std::vector<rules::FactIndex> const& conditions) const;

 private:
  std::vector<std::optional<base::Day>> by_fact_;  ///< empty where no statement has one
};

}  // namespace ivig::advice
