#include "hooks/draft_orders.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "base/json_read.h"
#include "fhir/limited_reader.h"

namespace ivig::hooks {

using base::Json;

base::Result<void> check_order_count(Json const& bundle, fhir::ReadLimits const& limits) {
  std::size_t orders = 0;
  base::each(bundle, "entry", [&](Json const& entry, std::size_t) {
    Json const* resource = base::object_member(entry, "resource");
    if (resource != nullptr && fhir::is_order_type(base::string_member(*resource, "resourceType"))) ++orders;
  });
  if (orders <= limits.orders) return {};
  return base::fail(base::Errc::too_large, "context.draftOrders.entry",
                    "holds " + std::to_string(orders) + " orders; at most " + std::to_string(limits.orders) +
                        " are checked in one call (limits.orders)");
}

std::vector<fhir::Order> read_draft_orders(Json const& bundle, fhir::ResourceIndex const& index,
                                           std::string_view patient_id, fhir::ReadLimits const& limits) {
  std::vector<fhir::Order> orders;
  std::unordered_map<std::string, std::size_t> places;
  base::each(bundle, "entry", [&](Json const& entry, std::size_t) {
    Json const* resource = base::object_member(entry, "resource");
    if (resource == nullptr || !fhir::is_order_type(base::string_member(*resource, "resourceType"))) return;
    fhir::Order order = fhir::read_order_alone(*resource, index, patient_id);
    fhir::fit_order(limits, order);
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
                                           fhir::Chart const& chart, fhir::ReadLimits const& limits) {
  std::vector<fhir::Order> orders = read_draft_orders(bundle, index, chart.patient.id, limits);
  add_reasons(orders, index, chart, limits);
  return orders;
}

void add_reasons(std::vector<fhir::Order>& orders, fhir::ResourceIndex const& index, fhir::Chart const& chart,
                 fhir::ReadLimits const& limits) {
  std::size_t text_left = fhir::reason_text(limits);
  for (fhir::Order& order : orders) {
    fhir::add_reasons(order, index, chart);
    fhir::fit_reasons(limits, text_left, order);
  }
}

}  // namespace ivig::hooks
