#pragma once
// What was tried and how it went: tried, responded, failed, not tolerated and contraindicated are different facts.
// "Possible", planned, cancelled and entered-in-error treatments are never prior treatments; no record is unknown.

#include <bitset>
#include <string>
#include <vector>

#include "advice/statements.h"

namespace ivig::advice {

enum class TreatmentState : std::uint8_t {
  tried,
  completed,
  ongoing,
  responded,
  failed,
  not_tolerated,
  contraindicated,
  planned,
  not_tried,   ///< said not to have been given: declined, never started
  unavailable  ///< cannot be had: not in stock, not covered, no access
};
using TreatmentStates = std::bitset<10>;

struct TreatmentStatement {
  Statement statement;  ///< what was given, by code or text
  TreatmentStates states;
  std::optional<base::Day> start, end;
  fhir::Treatment const* treatment = nullptr;
};

/// One treatment of the chart: what it is, and the states that its status, status reason, outcome and notes establish.
[[nodiscard]] TreatmentStatement treatment_statement(Knowledge const& knowledge, fhir::Treatment const& treatment);

/// The state named in a rule ("not-tolerated"); the rule set has been checked, so it is always one.
[[nodiscard]] TreatmentState treatment_state(std::string_view name);

/// True when the clause's drugs or procedures are in the statement and one of its states holds, recently enough.
[[nodiscard]] bool fulfils(Knowledge const& knowledge, TreatmentStatement const& treatment,
                           rules::TreatmentClause const& clause, FactSide side, std::uint16_t clause_number,
                           base::Day today);

}  // namespace ivig::advice
