#include "advice/skipped.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "advice/selections.h"

namespace ivig::advice {
namespace {

bool is_open(std::string_view status) {
  constexpr std::array<std::string_view, 5> kOpen{"", "draft", "active", "on-hold", "unknown"};
  return std::find(kOpen.begin(), kOpen.end(), status) != kOpen.end();
}

std::optional<SkippedOrder> why_skipped(Knowledge const& knowledge, Selections const& selections,
                                        fhir::Order const& order, bool set_aside) {
  Product const product = recognise_product(knowledge, order);
  bool const recognised = product.ivig || product.other_route || product.contradicted;
  if (!recognised && !order.drug_unresolved) return std::nullopt;
  std::vector<std::string> reasons;
  if (order.of_another_patient) reasons.emplace_back("its subject is not the patient of this case");
  if (is_over(order)) reasons.emplace_back("its status is " + std::string(order.status));
  if (order.do_not_perform) reasons.emplace_back("it asks not to give the drug (doNotPerform)");
  if (order.reported) reasons.emplace_back("it reports an order made elsewhere (reported)");
  if (!selections.hold(order)) reasons.emplace_back("it is not among the selections");
  if (product.other_route) reasons.emplace_back("its route is not intravenous");
  if (product.contradicted) reasons.emplace_back("its text names immune globulin, its coding another drug");
  if (!recognised) {
    reasons.emplace_back("what it orders is not known: its medication reference leads nowhere");
  }
  if (set_aside && reasons.empty()) {
    reasons.emplace_back(is_open(order.status) ? "it is part of the record: the draft orders beside it are checked"
                                               : "its status is " + std::string(order.status));
  }
  if (reasons.empty()) return std::nullopt;
  SkippedOrder skipped{reference_of(order), {}};
  for (auto const& reason : reasons) skipped.why += (skipped.why.empty() ? "" : "; ") + reason;
  return skipped;
}

}  // namespace

std::vector<SkippedOrder> skipped_orders(DecideInput const& input, std::vector<fhir::Order> const& set_aside) {
  std::vector<SkippedOrder> skipped;
  Selections const selections(input.selections);
  for (auto const* list : {&input.orders, &set_aside}) {
    for (auto const& order : *list) {
      auto one = why_skipped(input.knowledge, selections, order, list == &set_aside);
      if (one) skipped.push_back(*std::move(one));
    }
  }
  return skipped;
}

}  // namespace ivig::advice
