#pragma once
// What was tried and how it went: tried, responded, failed, not tolerated and contraindicated are different facts.
// "Possible", planned, cancelled and entered-in-error treatments are never prior treatments; no record is unknown.

#include <string>
#include <vector>

#include "advice/statements.h"
#include "advice/treatment_state.h"

namespace ivig::advice {

struct TreatmentStatement {
  Statement statement;  ///< what was given, by code or text
  TreatmentStates states;
  std::optional<base::Day> start, end;
  fhir::Treatment const* treatment = nullptr;  ///< null where an allergy or a text tells of it
};

/// One treatment of the chart: what it is, and the states that its status, status reason, outcome and notes establish.
[[nodiscard]] TreatmentStatement treatment_statement(Knowledge const& knowledge, fhir::Treatment const& treatment);

/// The states that the words of a statement about a treatment establish.
[[nodiscard]] TreatmentStates states_of_words(Statement const& statement);

/// The clauses that the treatment's sets and words lead to, in order, each once: any other is not fulfilled.
[[nodiscard]] std::vector<ClauseNumber> clauses_named(Knowledge const& knowledge, TreatmentStatement const& treatment);

/// True when the clause's drugs or procedures are in the statement and one of its states holds, whenever it was.
[[nodiscard]] bool fulfils(Knowledge const& knowledge, TreatmentStatement const& treatment, ClauseNumber clause);

/// True when the treatment is recent enough for the clause, or of the episode that it wants. `onset`: of the disease,
/// if recorded.
[[nodiscard]] bool in_time(TreatmentStatement const& treatment, rules::TreatmentClause const& clause,
                           std::optional<base::Day> onset, base::Day today);

}  // namespace ivig::advice
