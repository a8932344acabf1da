#pragma once
// One call as it is decided on: the request, the chart from what came with it and what was fetched, and its orders.

#include <optional>
#include <vector>

#include "advice/decide.h"
#include "advice/interest.h"
#include "fhir/chart.h"
#include "fhir/fetch.h"
#include "fhir/gather.h"
#include "fhir/version.h"
#include "hooks/hook_request.h"
#include "hooks/order_service.h"
#include "hooks/services.h"

namespace ivig::hooks {

/// Points into the request's body and into `fetched`, both of which it must not outlive; may be moved.
struct OrderCase {
  HookRequest request;
  std::vector<fhir::FetchedAnswer> fetched;
  std::optional<fhir::Sources> sources;  ///< found and not yet read
  fhir::ResourceIndex index;
  fhir::Chart chart;
  std::vector<fhir::ForeignResources> foreign;  ///< what the chart leaves out as another patient's
  std::vector<fhir::Order> orders;
  bool selecting = false;  ///< order-select: only selected orders are commented on
  fhir::ReadLimits limits;

  /// Reads a parsed body for that service, but for chart and reasons: most calls hold no order that needs them. Errors:
  /// those of HookRequest::read and of check_order_count.
  [[nodiscard]] static base::Result<OrderCase> read(base::Json const& body, ServiceDefinition const& service,
                                                    fhir::ReadLimits const& limits = {});

  /// Whether advice is asked for at all: without an order of immune globulin no chart need be read.
  [[nodiscard]] advice::Interest interest(advice::Knowledge const& knowledge, base::Day today) const;

  /// Reads chart and reasons, from prefetch, draft orders and `fetched`; again, when more was fetched.
  void read_chart();

  /// The FHIR version of the call: as configured for the client, else found out.
  [[nodiscard]] fhir::Version version(std::optional<fhir::Version> configured) const {
    return fhir::detect_version({configured, request.vendor_fhir_version, request.draft_orders, request.fhir_server});
  }

  /// What advice is given on. Points into this object.
  [[nodiscard]] advice::DecideInput decide_input(advice::Knowledge const& knowledge, base::Day today) const;

 private:
  void find_sources();
};

/// The answer to a case as it stands. `body` is the request's; `configured` the client's FHIR version. Errors:
/// missing_data, as answer_order_hook's. Pure.
[[nodiscard]] base::Result<OrderServiceOutcome> answer_order_case(
    advice::Knowledge const& knowledge, OrderCase const& order_case, base::JsonBody const& body,
    OrderServiceOptions const& options, std::optional<fhir::Version> configured, base::Day today);

}  // namespace ivig::hooks
