#pragma once
// What a call lacks is fetched from the EHR's FHIR server: prefetch against template, fetch plan, complete chart.

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "base/asio.h"
#include "base/clock.h"
#include "fhir/fetch.h"
#include "fhir/version.h"
#include "hooks/order_case.h"

namespace ivig::hooks {

/// What one client may have fetched, and what a call may cost.
struct FetchSettings {
  fhir::OutboundPolicy policy;           ///< nothing allowed: nothing is fetched
  std::optional<fhir::Version> version;  ///< as configured; nullopt: found out
  std::chrono::milliseconds time{3000};  ///< limits.fhir_seconds, for all of it
  std::size_t answer_bytes = 16777216;   ///< limits.fhir_response_bytes, for all pages of one query
  unsigned pages = 10;                   ///< limits.fhir_pages, of one query
  unsigned json_depth = 64;
};

/// What there is to fetch for this case, `asked` being the keys of queries made already. Empty when nothing is lacking,
/// or nobody asks for it: no live order of IVIG, or one whose Medication must be had first. Pure.
///
/// - Each template's data that came under no key (PREF-02), and the further pages of what did (PREF-07). What is known
///   to be empty (PREF-03) or failed at the client (PREF-04) is not asked for.
/// - Medications that orders and treatments refer to and nothing holds (CTX-08), Conditions that are an order's reason.
[[nodiscard]] std::vector<fhir::Query> plan_queries(advice::Knowledge const& knowledge, OrderCase const& order_case,
                                                    fhir::Version version, std::set<std::string> const& asked,
                                                    base::Day today);

/// Fetches what the case lacks and reads it again. Calls nobody unless the request brings a usable authorization
/// (FHIR-01, FHIR-05, FHIR-07) for a server that the policy allows. However it ends, the case can be decided on: what
/// could not be had is marked so. `headers` go out with every query. `client`, `settings` and `order_case` must outlive
/// the call.
[[nodiscard]] boost::asio::awaitable<void> gather_data(fhir::RestClient& client, FetchSettings const& settings,
                                                       advice::Knowledge const& knowledge, OrderCase& order_case,
                                                       base::Day today, fhir::Headers headers);

}  // namespace ivig::hooks
