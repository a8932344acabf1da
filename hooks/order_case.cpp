#include "hooks/order_case.h"

#include <utility>

#include "hooks/draft_orders.h"

namespace ivig::hooks {

base::Result<OrderCase> OrderCase::read(base::Json const& body, ServiceDefinition const& service) {
  auto request = HookRequest::read(body, service.hook);
  if (!request) return tl::unexpected(request.error());
  OrderCase order_case;
  order_case.request = *std::move(request);
  order_case.selecting = service.hook == "order-select";
  order_case.read_chart();
  return order_case;
}

void OrderCase::read_chart() {
  std::vector<fhir::Fetched> answers;
  for (fhir::FetchedAnswer const& answer : fetched) {
    fhir::Fetched& read = answers.emplace_back(fhir::Fetched{answer.key, {}, answer.complete});
    for (auto const& page : answer.pages) read.pages.push_back(&page->root());
  }
  index = {};
  chart = fhir::read_chart(request.prefetch, request.draft_orders, request.patient_id, index, answers);
  orders = read_draft_orders(*request.draft_orders, index, chart);
}

advice::DecideInput OrderCase::decide_input(advice::Knowledge const& knowledge, base::Day today) const {
  return {knowledge, chart, orders, selecting ? &request.selections : nullptr, request.patient_id, today};
}

}  // namespace ivig::hooks
