#pragma once
// Reads and searches on one FHIR server, all at once under one deadline, page by page.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/asio.h"
#include "base/delivery.h"
#include "base/json_body.h"
#include "fhir/outbound_policy.h"
#include "fhir/rest_client.h"

namespace ivig::fhir {

/// Where to ask, as whom, and how much may come.
struct FhirAccess {
  std::string base;    ///< fhirServer, with or without a slash at the end (FHIR-09)
  std::string token;   ///< of this call alone: never kept, never logged (FHIR-04)
  std::string accept;  ///< media_type(version)
  base::Deadline by{};
  base::JsonLimits limits;  ///< bytes: all pages of one query together
  unsigned pages = 10;      ///< of one query
  Headers headers{};        ///< sent with every query
};

/// One read or search, or the rest of a search whose first page is here already.
struct Query {
  std::string key;   ///< what the answer is kept under
  std::string path;  ///< relative to the base, "Condition?patient=p1"; or the URL of a further page
};

/// What came of one query.
struct FetchedAnswer {
  std::string key;
  std::string resource{};  ///< the resource type that was asked for; empty for further pages
  std::vector<std::unique_ptr<base::JsonBody>> pages;
  bool complete = false;                       ///< false: refused, failed, or only part of it came
  base::Errc failure = base::Errc::internal;   ///< why, when not complete
  std::string cause{};                         ///< why, in words; nothing of what was asked or answered
  unsigned status = 0;                         ///< of the last page; 0: no answer came
  std::chrono::steady_clock::duration time{};  ///< from the first question to the last answer
};

/// `id` as one segment of a path: everything but letters, digits, '-', '.', '_' and '~' is percent-encoded. REQ FHIR-09
[[nodiscard]] std::string percent_encoded(std::string_view id);

/// Asks all queries, eight at a time; the answers are in the order of the queries. Pages are followed on the base's own
/// origin only (PREF-08). Only GET is ever used (FHIR-12). Statuses other than 2xx, OperationOutcomes of an error and
/// bodies that are no JSON make an answer incomplete. `client` and `policy` must outlive the call.
[[nodiscard]] boost::asio::awaitable<std::vector<FetchedAnswer>> fetch_all(RestClient& client,
                                                                           OutboundPolicy const& policy,
                                                                           FhirAccess access,
                                                                           std::vector<Query> queries);

}  // namespace ivig::fhir
