#include "hooks/fetching_order_service.h"

#include <utility>

#include "hooks/order_case.h"

namespace ivig::hooks {
namespace {

using base::Errc;

std::string_view result_of(fhir::FetchedAnswer const& answer) {
  if (answer.complete) return "complete";
  switch (answer.failure) {
    case Errc::forbidden: return "refused";
    case Errc::timeout: return "timeout";
    case Errc::too_large: return "too_large";
    case Errc::not_json:
    case Errc::wrong_type:
    case Errc::too_deep: return "malformed";
    default: return "unavailable";
  }
}

}  // namespace

boost::asio::awaitable<FetchedOutcome> fetch_and_answer_order_hook(
    advice::Knowledge const& knowledge, ServiceDefinition const& service, base::JsonBody const& body,
    OrderServiceOptions const& options, base::Day today, fhir::RestClient& client, FetchSettings const& fetch_settings,
    fhir::Headers headers) {
  auto order_case = OrderCase::read(body.root(), service, options.read);
  if (!order_case) {
    FetchedOutcome refused{tl::unexpected(std::move(order_case).error())};
    co_return refused;
  }
  std::chrono::steady_clock::duration fetch_time{};
  if (order_case->interest(knowledge, today) != advice::Interest::none) {
    order_case->read_chart();
    auto const start = std::chrono::steady_clock::now();
    co_await gather_data(client, fetch_settings, knowledge, *order_case, today, std::move(headers));
    fetch_time = std::chrono::steady_clock::now() - start;
  }
  FetchedOutcome outcome{answer_order_case(knowledge, *order_case, body, options, fetch_settings.version, today)};
  outcome.fetch_time = fetch_time;
  outcome.foreign = order_case->foreign;
  for (fhir::FetchedAnswer const& answer : order_case->fetched) {
    outcome.queries.push_back({answer.resource, result_of(answer), answer.cause, answer.status, answer.time});
  }
  if (!outcome.queries.empty()) {
    if (auto const address = fhir::parse_web_address(order_case->request.fhir_server)) {
      outcome.fhir_server = address->origin.text();
    }
  }
  co_return outcome;
}

}  // namespace ivig::hooks
