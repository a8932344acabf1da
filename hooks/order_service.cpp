#include "hooks/order_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "hooks/card_json.h"
#include "hooks/order_case.h"

namespace ivig::hooks {

base::Result<OrderServiceOutcome> answer_order_case(advice::Knowledge const& knowledge, OrderCase const& order_case,
                                                    base::JsonBody const& body, OrderServiceOptions const& options,
                                                    std::optional<fhir::Version> configured, base::Day today) {
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
  card_options.most = options.most_cards;
  card_options.fhir_version = order_case.version(configured);
  std::vector<advice::Card> cards = advice::make_cards(knowledge, decisions, card_options);
  OrderServiceOutcome outcome{cards_json(cards, options.profile), decisions.size(), cards.size(), {}};
  if (options.record != nullptr) {
    outcome.records = decision_records(knowledge, order_case.request, std::move(decisions), cards, *options.record);
  }
  return outcome;
}

base::Result<OrderServiceOutcome> answer_order_hook(advice::Knowledge const& knowledge,
                                                    ServiceDefinition const& service, base::JsonBody const& body,
                                                    OrderServiceOptions const& options, base::Day today) {
  auto order_case = OrderCase::read(body.root(), service, options.read);
  if (!order_case) return tl::unexpected(order_case.error());
  if (order_case->interest(knowledge, today) != advice::Interest::none) order_case->read_chart();
  return answer_order_case(knowledge, *order_case, body, options, std::nullopt, today);
}

}  // namespace ivig::hooks
