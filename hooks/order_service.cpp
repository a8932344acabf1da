#include "hooks/order_service.h"

#include <algorithm>
#include <unordered_map>

#include "base/json_read.h"
#include "fhir/gather.h"
#include "fhir/read_resources.h"
#include "hooks/card_json.h"
#include "hooks/hook_request.h"

namespace ivig::hooks {
namespace {

using base::Json;

/// The orders of the draft Bundle, read. Of two entries with one Type/id the last counts. REQ CTX-02..CTX-05, CTX-14
std::vector<fhir::Order> read_orders(Json const& bundle, fhir::ResourceIndex const& index, fhir::Chart const& chart) {
  std::vector<fhir::Order> orders;
  std::unordered_map<std::string, std::size_t> places;
  base::each(bundle, "entry", [&](Json const& entry, std::size_t) {
    Json const* resource = base::object_member(entry, "resource");
    if (resource == nullptr || !fhir::is_order_type(base::string_member(*resource, "resourceType"))) return;
    fhir::Order order = fhir::read_order(*resource, index, chart);
    if (!order.id.empty()) {
      std::string reference = std::string(order.resource_type) + "/" + std::string(order.id);
      auto [place, added] = places.try_emplace(std::move(reference), orders.size());
      if (!added) {
        orders[place->second] = std::move(order);
        return;
      }
    }
    orders.push_back(std::move(order));
  });
  return orders;
}

}  // namespace

base::Result<OrderServiceOutcome> answer_order_hook(advice::Knowledge const& knowledge,
                                                    ServiceDefinition const& service, base::JsonBody const& body,
                                                    OrderServiceOptions const& options, base::Day today) {
  auto request = HookRequest::read(body.root(), service.hook);
  if (!request) return tl::unexpected(request.error());

  fhir::ResourceIndex index;
  fhir::Chart chart = fhir::read_chart(request->prefetch, request->draft_orders, request->patient_id, index);
  std::vector<fhir::Order> orders = read_orders(*request->draft_orders, index, chart);

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
  std::vector<advice::Card> cards = advice::make_cards(knowledge, decisions, card_options);
  return OrderServiceOutcome{cards_json(cards, options.profile), decisions.size(), cards.size()};
}

}  // namespace ivig::hooks
