#include "advice/draft_orders.h"

namespace ivig::advice {

DraftOrders::DraftOrders(Knowledge const& knowledge, std::vector<fhir::Order const*> const& orders)
    : knowledge_(knowledge) {
  if (orders.size() < 2) return;  // there is no other
  drafts_.reserve(orders.size());
  for (auto const* order : orders) {
    std::size_t const place = drafts_.size();
    Draft& draft = drafts_.emplace_back();
    draft.reference = std::string(order->resource_type) + "/" + std::string(order->id);
    draft.drug = recognise(knowledge, Place::treatment, order->drug, {}, true);
    for (auto const& match : draft.drug.sets) {
      auto& places = first_two_.try_emplace(match.set, std::array<std::size_t, 2>{kNone, kNone}).first->second;
      if (places[0] == kNone) places[0] = place;
      else if (places[1] == kNone && places[0] != place) places[1] = place;
    }
  }
}

bool DraftOrders::another_is_for(fhir::SetIndex set, std::size_t own) const {
  auto const found = first_two_.find(set);
  if (found == first_two_.end()) return false;
  return (found->second[0] == own ? found->second[1] : found->second[0]) != kNone;
}

}  // namespace ivig::advice
