#include "hooks/fetching_order_service.h"

#include <algorithm>
#include <utility>

#include "hooks/order_case.h"

namespace ivig::hooks {

boost::asio::awaitable<base::Result<FetchedOutcome>> fetch_and_answer_order_hook(
    advice::Knowledge const& knowledge, ServiceDefinition const& service, base::JsonBody const& body,
    OrderServiceOptions const& options, base::Day today, fhir::RestClient& client,
    FetchSettings const& fetch_settings) {
  auto order_case = OrderCase::read(body.root(), service);
  if (!order_case) co_return tl::unexpected(order_case.error());
  auto const start = std::chrono::steady_clock::now();
  co_await gather_data(client, fetch_settings, knowledge, *order_case, today);
  auto const fetch_time = std::chrono::steady_clock::now() - start;
  auto answer = answer_order_case(knowledge, *order_case, body, options, fetch_settings.version, today);
  if (!answer) co_return tl::unexpected(answer.error());
  FetchedOutcome outcome{*std::move(answer)};
  outcome.fetch_time = fetch_time;
  auto const& fetched = order_case->fetched;
  outcome.fetched = fetched.size();
  outcome.fetches_failed = static_cast<std::size_t>(
      std::count_if(fetched.begin(), fetched.end(), [](auto const& one) { return !one.complete; }));
  co_return outcome;
}

}  // namespace ivig::hooks
