#pragma once
// Laboratory and antibody results: positive, negative or pending, and values against thresholds.

#include "advice/statements.h"

namespace ivig::advice {

struct ResultStatement {
  Statement statement;
  fhir::Observation const* observation = nullptr;
  fhir::ResultValue value = fhir::ResultValue::not_stated;  ///< of a qualitative result
};

/// What was measured in each Observation, and whether the answer is positive or negative. The observations must outlive
/// the statements.
[[nodiscard]] std::vector<ResultStatement> result_statements(Knowledge const& knowledge,
                                                             std::vector<fhir::Observation> const& observations);

/// What one result says about a fact.
struct ResultEvidence {
  rules::Truth value = rules::Truth::unknown;  ///< yes, or no: a value that contradicts the clause
  ResultStatement const* from = nullptr;
};

/// The clauses that the result's sets and words lead to, in order, each once.
[[nodiscard]] std::vector<ClauseNumber> clauses_named(Knowledge const& knowledge, ResultStatement const& result);

/// Evidence of a clause in the results that lead to it: each readable one, or of the latest day only where the clause
/// says so. Undated results count as the oldest and are never too old: nobody says that they are.
[[nodiscard]] std::vector<ResultEvidence> evidence_in_results(Knowledge const& knowledge,
                                                              std::vector<ResultStatement const*> const& results,
                                                              ClauseNumber clause, base::Day today);

/// True when the latest number for the clause's test is in a unit for which there is no limit, and so decides nothing.
[[nodiscard]] bool is_latest_unread(Knowledge const& knowledge, std::vector<ResultStatement const*> const& results,
                                    ClauseNumber clause, base::Day today);

/// The result in a line: name, value with unit, day.
[[nodiscard]] std::string shown(ResultStatement const& result);

}  // namespace ivig::advice
