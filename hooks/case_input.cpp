#include "hooks/case_input.h"

#include <algorithm>
#include <utility>

#include "base/json_read.h"
#include "fhir/as_of.h"
#include "fhir/gather.h"
#include "fhir/limited_reader.h"
#include "fhir/read_resources.h"
#include "hooks/draft_orders.h"
#include "hooks/hook_request.h"

namespace ivig::hooks {
namespace {

using base::Json;

/// How much of a case is read, and as of which day.
struct Reading {
  fhir::ReadLimits const& limits;
  std::optional<base::Day> as_of;

  /// Orders keep pointers into the chart: it is cut before they are read.
  void cut(fhir::Chart& chart) const {
    if (as_of) chart = fhir::as_of(std::move(chart), *as_of);
  }
};

base::Result<void> read_request(CaseInput& input, Reading const& reading) {
  Json const& root = input.body->root();
  std::string_view hook = base::string_member(root, "hook");
  auto request = hooks::HookRequest::read(root, hook);
  if (!request) return tl::unexpected(request.error());
  if (auto few = check_order_count(*request->draft_orders, reading.limits); !few) return few;
  fhir::ResourceIndex index;
  input.patient_id = request->patient_id;
  input.hook_instance = request->hook_instance;
  input.chart =
      fhir::read_chart(request->prefetch, request->draft_orders, request->patient_id, index, {}, reading.limits);
  reading.cut(input.chart);
  input.orders = hooks::read_draft_orders(*request->draft_orders, index, input.chart, reading.limits);
  input.has_selections = hook == "order-select";
  input.selections = request->selections;
  return {};
}

/// Orders without their reasons.
std::vector<fhir::Order> read_orders(std::vector<Json const*> const& resources, fhir::ResourceIndex const& index,
                                     std::string_view patient_id, fhir::ReadLimits const& limits) {
  std::vector<fhir::Order> orders;
  orders.reserve(resources.size());
  for (Json const* resource : resources) {
    fhir::fit_order(limits, orders.emplace_back(fhir::read_order_alone(*resource, index, patient_id)));
  }
  return orders;
}

base::Result<void> read_bundle(CaseInput& input, Reading const& reading) {
  fhir::ReadLimits const& limits = reading.limits;
  fhir::ResourceIndex index;
  std::vector<Json const*> orders, others;
  input.chart = fhir::read_bundle_chart(input.body->root(), {}, index, orders, limits, &others);
  reading.cut(input.chart);
  input.patient_id = input.chart.patient.id;
  auto const is_draft = [](Json const* order) { return base::string_member(*order, "status") == "draft"; };
  if (std::any_of(orders.begin(), orders.end(), is_draft)) {
    auto const record = std::stable_partition(orders.begin(), orders.end(), is_draft);
    others.insert(others.begin(), record, orders.end());
    orders.erase(record, orders.end());
  }
  if (orders.size() > limits.orders) {
    return base::fail(base::Errc::too_large, "entry",
                      "holds " + std::to_string(orders.size()) + " orders to check; at most " +
                          std::to_string(limits.orders) + " are checked at once (limits.orders)");
  }
  if (others.size() > limits.resources) others.resize(limits.resources);
  input.orders = read_orders(orders, index, input.patient_id, limits);
  add_reasons(input.orders, index, input.chart, limits);
  input.set_aside = read_orders(others, index, input.patient_id, limits);
  return {};
}

}  // namespace

advice::DraftSource CaseInput::source() const {
  Json const* context = base::object_member(body->root(), "context");
  if (context == nullptr) return {body->wire(), &body->root(), {}};
  return {body->wire(), base::object_member(*context, "draftOrders"), {"context", "draftOrders"}};
}

advice::DecideInput CaseInput::decide_input(advice::Knowledge const& knowledge, base::Day today) const {
  return {knowledge, chart, orders, has_selections ? &selections : nullptr, patient_id, today};
}

std::vector<advice::Decision> CaseInput::decide(advice::Knowledge const& knowledge, base::Day today) const {
  return advice::decide(decide_input(knowledge, today));
}

std::vector<advice::SkippedOrder> CaseInput::skipped(advice::Knowledge const& knowledge, base::Day today) const {
  return advice::skipped_orders(decide_input(knowledge, today), set_aside);
}

base::Result<CaseInput> read_case(std::string bytes, base::JsonLimits const& limits, fhir::ReadLimits const& read,
                                  std::optional<base::Day> as_of) {
  auto body = base::JsonBody::parse(std::move(bytes), limits);
  if (!body) return tl::unexpected(body.error());
  CaseInput input;
  input.body = std::move(*body);
  Json const& root = input.body->root();
  if (!root.IsObject()) return base::fail(base::Errc::wrong_type, "", "must be a JSON object");
  std::string_view type = base::string_member(root, "resourceType");
  if (base::member(root, "hook") != nullptr || base::member(root, "context") != nullptr) {
    if (auto ok = read_request(input, {read, as_of}); !ok) return tl::unexpected(ok.error());
  } else if (type == "Bundle" || fhir::is_order_type(type)) {
    if (auto ok = read_bundle(input, {read, as_of}); !ok) return tl::unexpected(ok.error());
  } else {
    return base::fail(base::Errc::invalid_value, "resourceType",
                      "neither a CDS Hooks request (hook, context) nor a FHIR Bundle nor a MedicationRequest");
  }
  return input;
}

}  // namespace ivig::hooks
