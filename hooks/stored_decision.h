#pragma once
// A stored decision as others read it: one JSON object, one CSV line, or FHIR R4 resources.

#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"
#include "store/review_records.h"

namespace ivig::hooks {

/// The decision object of `check --format json` with, beside its members, id, time, hookInstance, client, tenant,
/// service, rules, recommendation (the leading row), outcome,
/// determination (the reviewers' newest), latency_ms, cards, facts, feedbackCount and feedback (one page of it).
/// Without documents (DecisionQuery::documents) only order, patient, stance, indicator and the uuids of cards.
[[nodiscard]] std::string stored_decision_json(store::StoredDecision const& decision);

/// The same with a member `review`: every determination with its note, and every answer, each with who and when.
[[nodiscard]] std::string reviewed_decision_json(store::StoredDecision const& decision,
                                                 store::DecisionReview const& review);

/// The heading of the CSV form (RFC 4180), with its line end.
[[nodiscard]] std::string_view csv_heading();
/// One line, with its end: the newest feedback stands for all. A cell that a spreadsheet would take for a formula is
/// preceded by an apostrophe.
[[nodiscard]] std::string stored_decision_csv(store::StoredDecision const& decision);

/// {"rows": [{"row", "decisions", "cards", "accepted", "overridden", "no_feedback", "override_rate"}]}: the rate is of
/// the cards that feedback was given on, null where there was none. Silence is not counted as consent (FDBK-12).
[[nodiscard]] std::string override_rates_json(std::vector<store::OverrideRate> const& rates);

/// A FHIR R4 Bundle (collection) of a GuidanceResponse, the answer that was given and why, and a Provenance, who gave
/// it by which rules.
[[nodiscard]] std::string guidance_bundle(store::StoredDecision const& decision, std::string_view public_url);

}  // namespace ivig::hooks
