#include "hooks/draft_orders.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "base/json_read.h"

namespace ivig::hooks {

using base::Json;

std::vector<fhir::Order> read_draft_orders(Json const& bundle, fhir::ResourceIndex const& index) {
  std::vector<fhir::Order> orders;
  std::unordered_map<std::string, std::size_t> places;
  base::each(bundle, "entry", [&](Json const& entry, std::size_t) {
    Json const* resource = base::object_member(entry, "resource");
    if (resource == nullptr || !fhir::is_order_type(base::string_member(*resource, "resourceType"))) return;
    fhir::Order order = fhir::read_order_alone(*resource, index);
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

std::vector<fhir::Order> read_draft_orders(Json const& bundle, fhir::ResourceIndex const& index,
                                           fhir::Chart const& chart) {
  std::vector<fhir::Order> orders = read_draft_orders(bundle, index);
  for (fhir::Order& order : orders) fhir::add_reasons(order, index, chart);
  return orders;
}

}  // namespace ivig::hooks
