#include "hooks/order_service.h"

#include <algorithm>
#include <utility>

#include "hooks/card_json.h"
#include "hooks/order_case.h"

namespace ivig::hooks {
namespace {

base::Result<OrderServiceOutcome> answer(advice::Knowledge const& knowledge, OrderCase const& order_case,
                                         base::JsonBody const& body, OrderServiceOptions const& options,
                                         base::Day today) {
  std::vector<advice::Decision> decisions = advice::decide(order_case.decide_input(knowledge, today));
  if (std::any_of(decisions.begin(), decisions.end(), [](auto const& decision) { return decision.needs_conditions; })) {
    return base::fail(
        base::Errc::missing_data, "prefetch.conditions",
        "an IVIG order gives no usable reason, and the conditions came neither by prefetch (key \"conditions\") "
        "nor from the FHIR server");
  }
  advice::CardOptions card_options{std::string(order_case.request.hook_instance), options.public_url,
                                   options.gap_cards};
  card_options.source = {body.wire(), order_case.request.draft_orders, {"context", "draftOrders"}};
  std::vector<advice::Card> cards = advice::make_cards(knowledge, decisions, card_options);
  OrderServiceOutcome outcome{cards_json(cards, options.profile), decisions.size(), cards.size()};
  outcome.fetched = order_case.fetched.size();
  outcome.fetches_failed = static_cast<std::size_t>(std::count_if(order_case.fetched.begin(), order_case.fetched.end(),
                                                                  [](auto const& one) { return !one.complete; }));
  return outcome;
}

}  // namespace

base::Result<OrderServiceOutcome> answer_order_hook(advice::Knowledge const& knowledge,
                                                    ServiceDefinition const& service, base::JsonBody const& body,
                                                    OrderServiceOptions const& options, base::Day today) {
  auto order_case = OrderCase::read(body.root(), service);
  if (!order_case) return tl::unexpected(order_case.error());
  return answer(knowledge, *order_case, body, options, today);
}

boost::asio::awaitable<base::Result<OrderServiceOutcome>> fetch_and_answer_order_hook(
    advice::Knowledge const& knowledge, ServiceDefinition const& service, base::JsonBody const& body,
    OrderServiceOptions const& options, base::Day today, fhir::RestClient& client,
    FetchSettings const& fetch_settings) {
  auto order_case = OrderCase::read(body.root(), service);
  if (!order_case) co_return tl::unexpected(order_case.error());
  co_await gather_data(client, fetch_settings, knowledge, *order_case, today);
  co_return answer(knowledge, *order_case, body, options, today);
}

}  // namespace ivig::hooks
