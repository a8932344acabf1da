#pragma once
// order-sign and order-select as the server runs them: what a call lacks is fetched before it is answered.

#include <chrono>
#include <cstddef>

#include "base/asio.h"
#include "hooks/gather_data.h"
#include "hooks/order_service.h"

namespace ivig::hooks {

struct FetchedOutcome : OrderServiceOutcome {
  std::size_t fetched = 0;         ///< queries to the FHIR server
  std::size_t fetches_failed = 0;  ///< of them, those that were refused, failed, or came in part
  std::chrono::steady_clock::duration fetch_time{};
};

/// As answer_order_hook, and what is lacking is fetched first. Everything but `today` must outlive the call.
[[nodiscard]] boost::asio::awaitable<base::Result<FetchedOutcome>> fetch_and_answer_order_hook(
    advice::Knowledge const& knowledge, ServiceDefinition const& service, base::JsonBody const& body,
    OrderServiceOptions const& options, base::Day today, fhir::RestClient& client, FetchSettings const& fetch_settings);

}  // namespace ivig::hooks
