#include "hooks/order_case.h"

#include <utility>

#include "hooks/draft_orders.h"

namespace ivig::hooks {

base::Result<OrderCase> OrderCase::read(base::Json const& body, ServiceDefinition const& service,
                                        fhir::ReadLimits const& limits) {
  auto request = HookRequest::read(body, service.hook);
  if (!request) return tl::unexpected(request.error());
  if (auto few = check_order_count(*request->draft_orders, limits); !few) return tl::unexpected(few.error());
  OrderCase order_case;
  order_case.limits = limits;
  order_case.request = *std::move(request);
  order_case.selecting = service.hook == "order-select";
  order_case.find_sources();
  return order_case;
}

void OrderCase::find_sources() {
  std::vector<fhir::Fetched> answers;
  for (fhir::FetchedAnswer const& answer : fetched) {
    fhir::Fetched& read = answers.emplace_back(fhir::Fetched{answer.key, {}, answer.complete});
    for (auto const& page : answer.pages) read.pages.push_back(&page->root());
  }
  sources.emplace(request.prefetch, request.draft_orders, answers);
  index = {};
  sources->add_to(index);
  chart = {};
  orders = read_draft_orders(*request.draft_orders, index, request.patient_id, limits);
}

void OrderCase::read_chart() {
  if (!sources) find_sources();
  foreign.clear();
  chart = std::move(*sources).read(request.patient_id, index, foreign, limits);
  sources.reset();
  add_reasons(orders, index, chart, limits);
}

advice::Interest OrderCase::interest(advice::Knowledge const& knowledge, base::Day today) const {
  return advice::interest_of(decide_input(knowledge, today));
}

advice::DecideInput OrderCase::decide_input(advice::Knowledge const& knowledge, base::Day today) const {
  return {knowledge, chart, orders, selecting ? &request.selections : nullptr, request.patient_id, today};
}

}  // namespace ivig::hooks
