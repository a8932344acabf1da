#pragma once
// order-sign and order-select as the server runs them: what a call lacks is fetched before it is answered.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/asio.h"
#include "hooks/gather_data.h"
#include "hooks/order_service.h"

namespace ivig::hooks {

/// One query to a FHIR server as log and metrics show it: no id, no search value, no token.
struct QueryReport {
  std::string resource;     ///< the type that was asked for; empty for further pages of a prefetched Bundle
  std::string_view result;  ///< complete; or refused, timeout, too_large, malformed, unavailable
  std::string cause;        ///< why it is not complete, in words
  unsigned status = 0;      ///< the last HTTP status; 0: no answer came
  std::chrono::steady_clock::duration time{};
};

struct FetchedOutcome {
  base::Result<OrderServiceOutcome> answer;
  std::string fhir_server{};           ///< the origin that was asked; empty: none was
  std::vector<QueryReport> queries{};  ///< also where the answer is an error
  std::chrono::steady_clock::duration fetch_time{};
  std::vector<fhir::ForeignResources> foreign{};  ///< what came and is another patient's
};

/// As answer_order_hook, and what is lacking is fetched first; `headers` go out with each query. Everything but `today`
/// and `headers` must outlive the call.
[[nodiscard]] boost::asio::awaitable<FetchedOutcome> fetch_and_answer_order_hook(
    advice::Knowledge const& knowledge, ServiceDefinition const& service, base::JsonBody const& body,
    OrderServiceOptions const& options, base::Day today, fhir::RestClient& client, FetchSettings const& fetch_settings,
    fhir::Headers headers);

}  // namespace ivig::hooks
