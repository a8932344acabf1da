#include "hooks/order_service.h"

#include <algorithm>

#include "fhir/gather.h"
#include "hooks/card_json.h"
#include "hooks/draft_orders.h"
#include "hooks/hook_request.h"

namespace ivig::hooks {

base::Result<OrderServiceOutcome> answer_order_hook(advice::Knowledge const& knowledge,
                                                    ServiceDefinition const& service, base::JsonBody const& body,
                                                    OrderServiceOptions const& options, base::Day today) {
  auto request = HookRequest::read(body.root(), service.hook);
  if (!request) return tl::unexpected(request.error());

  fhir::ResourceIndex index;
  fhir::Chart chart = fhir::read_chart(request->prefetch, request->draft_orders, request->patient_id, index);
  std::vector<fhir::Order> orders = read_draft_orders(*request->draft_orders, index, chart);

  bool selecting = service.hook == "order-select";
  advice::DecideInput input{knowledge,           chart, orders, selecting ? &request->selections : nullptr,
                            request->patient_id, today};
  std::vector<advice::Decision> decisions = advice::decide(input);
  if (std::any_of(decisions.begin(), decisions.end(), [](auto const& decision) { return decision.needs_conditions; })) {
    return base::fail(
        base::Errc::missing_data, "prefetch.conditions",
        "an IVIG order gives no usable reason, and the conditions came neither by prefetch (key \"conditions\") "
        "nor from the FHIR server");
  }

  advice::CardOptions card_options{std::string(request->hook_instance), options.public_url, options.gap_cards};
  card_options.source = {body.wire(), request->draft_orders, {"context", "draftOrders"}};
  std::vector<advice::Card> cards = advice::make_cards(knowledge, decisions, card_options);
  return OrderServiceOutcome{cards_json(cards, options.profile), decisions.size(), cards.size()};
}

}  // namespace ivig::hooks
