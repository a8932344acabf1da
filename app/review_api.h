#pragma once
// Questions to the store over HTTP, for the reviewers' console and for scripts: GET below /review/api.
//
//   /review/api/decisions?outcome=overridden&from=7d&limit=50   {"decisions": [...], "next": ID or null}
//   /review/api/decisions/{id}                                  one decision; ?format=fhir: a FHIR Bundle
//   /review/api/override-rates?from=30d                         {"rows": [...]}

#include <string>
#include <string_view>

#include "app/decision_log.h"
#include "base/asio.h"
#include "server/http.h"

namespace ivig::app {

/// Who may ask: until sign-in exists, callers on this machine only.
struct ReviewAccess {
  bool open = false;  ///< review.auth is off, all listeners are on loopback, and no proxy stands before them
  std::string public_url;
};

/// Whether the path belongs to the API.
[[nodiscard]] bool is_review_api(std::string_view path);

/// Refuses a call that is not from this machine, or came through a proxy or under a foreign name (so that no page of
/// another site can read here by pointing its name at this machine): 403. nullopt: go on.
[[nodiscard]] bool may_review(ReviewAccess const& access, server::RequestHead const& head);

/// Answers a GET. 404 for unknown paths and ids, 400 for bad filters, 503 when the store cannot be read.
[[nodiscard]] boost::asio::awaitable<server::Response> answer_review(DecisionLog const& decisions, std::string path,
                                                                     std::string query, std::string public_url);

}  // namespace ivig::app
