#pragma once
// Questions to the store over HTTP, for the reviewers' console and for scripts: GET below /review/api.
//
//   /review/api/decisions?outcome=overridden&from=7d&limit=50   {"decisions": [...], "next": ID or null}
//   /review/api/decisions?format=csv (or ndjson)                the same as a file; Link leads to the next page
//   /review/api/decisions/{id}                                  one decision; ?format=fhir: a FHIR Bundle
//   /review/api/override-rates?from=30d                         {"rows": [...]}

#include <string>
#include <string_view>

#include "app/decision_log.h"
#include "base/asio.h"
#include "server/http.h"

namespace ivig::app {

/// Whether the path belongs to the API.
[[nodiscard]] bool is_review_api(std::string_view path);

/// Answers a GET; who may ask was seen to before. 404 for unknown paths and ids, 400 for bad filters, 503 when the
/// store cannot be read.
[[nodiscard]] boost::asio::awaitable<server::Response> answer_review(DecisionLog const& decisions, std::string path,
                                                                     std::string query, std::string public_url);

/// An error as the API says it: an OperationOutcome.
[[nodiscard]] server::Response review_api_error(base::Error const& error);

}  // namespace ivig::app
