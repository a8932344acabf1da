#include "hooks/case_input.h"

#include <algorithm>

#include "base/json_read.h"
#include "fhir/gather.h"
#include "fhir/limited_reader.h"
#include "fhir/read_resources.h"
#include "hooks/draft_orders.h"
#include "hooks/hook_request.h"

namespace ivig::hooks {
namespace {

using base::Json;

base::Result<void> read_request(CaseInput& input, fhir::ReadLimits const& limits) {
  Json const& root = input.body->root();
  std::string_view hook = base::string_member(root, "hook");
  auto request = hooks::HookRequest::read(root, hook);
  if (!request) return tl::unexpected(request.error());
  if (auto few = check_order_count(*request->draft_orders, limits); !few) return few;
  fhir::ResourceIndex index;
  input.patient_id = request->patient_id;
  input.hook_instance = request->hook_instance;
  input.chart = fhir::read_chart(request->prefetch, request->draft_orders, request->patient_id, index, {}, limits);
  input.orders = hooks::read_draft_orders(*request->draft_orders, index, input.chart, limits);
  input.has_selections = hook == "order-select";
  input.selections = request->selections;
  return {};
}

base::Result<void> read_bundle(CaseInput& input, fhir::ReadLimits const& limits) {
  fhir::ResourceIndex index;
  std::vector<Json const*> orders;
  input.chart = fhir::read_bundle_chart(input.body->root(), {}, index, orders, limits);
  input.patient_id = input.chart.patient.id;
  bool drafts = std::any_of(orders.begin(), orders.end(),
                            [](Json const* order) { return base::string_member(*order, "status") == "draft"; });
  if (drafts) {
    std::erase_if(orders, [](Json const* order) { return base::string_member(*order, "status") != "draft"; });
  }
  if (orders.size() > limits.orders) {
    return base::fail(base::Errc::too_large, "entry",
                      "holds " + std::to_string(orders.size()) + " orders to check; at most " +
                          std::to_string(limits.orders) + " are checked at once (limits.orders)");
  }
  for (Json const* order : orders) {
    fhir::Order& read = input.orders.emplace_back(fhir::read_order_alone(*order, index));
    fhir::fit_order(limits, read);
  }
  add_reasons(input.orders, index, input.chart, limits);
  return {};
}

}  // namespace

advice::DraftSource CaseInput::source() const {
  Json const* context = base::object_member(body->root(), "context");
  if (context == nullptr) return {body->wire(), &body->root(), {}};
  return {body->wire(), base::object_member(*context, "draftOrders"), {"context", "draftOrders"}};
}

std::vector<advice::Decision> CaseInput::decide(advice::Knowledge const& knowledge, base::Day today) const {
  return advice::decide({knowledge, chart, orders, has_selections ? &selections : nullptr, patient_id, today});
}

base::Result<CaseInput> read_case(std::string bytes, base::JsonLimits const& limits, fhir::ReadLimits const& read) {
  auto body = base::JsonBody::parse(std::move(bytes), limits);
  if (!body) return tl::unexpected(body.error());
  CaseInput input;
  input.body = std::move(*body);
  Json const& root = input.body->root();
  if (!root.IsObject()) return base::fail(base::Errc::wrong_type, "", "must be a JSON object");
  std::string_view type = base::string_member(root, "resourceType");
  if (base::member(root, "hook") != nullptr || base::member(root, "context") != nullptr) {
    if (auto ok = read_request(input, read); !ok) return tl::unexpected(ok.error());
  } else if (type == "Bundle" || fhir::is_order_type(type)) {
    if (auto ok = read_bundle(input, read); !ok) return tl::unexpected(ok.error());
  } else {
    return base::fail(base::Errc::invalid_value, "resourceType",
                      "neither a CDS Hooks request (hook, context) nor a FHIR Bundle nor a MedicationRequest");
  }
  return input;
}

}  // namespace ivig::hooks
