#pragma once
// Laboratory and antibody results: positive, negative or pending, and values against thresholds.

#include "advice/statements.h"

namespace ivig::advice {

struct ResultStatement {
  Statement statement;
  fhir::Observation const* observation = nullptr;
  fhir::ResultValue value = fhir::ResultValue::not_stated;  ///< of a qualitative result
};

/// One Observation: what was measured, and whether the answer is positive or negative.
[[nodiscard]] ResultStatement result_statement(Knowledge const& knowledge, fhir::Observation const& observation);

/// Evidence of a clause in an observation: yes, no (a value that contradicts it) or unknown.
[[nodiscard]] rules::Truth result_evidence(Knowledge const& knowledge, ResultStatement const& result,
                                           rules::ResultClause const& clause, FactSide side,
                                           std::uint16_t clause_number);

}  // namespace ivig::advice
