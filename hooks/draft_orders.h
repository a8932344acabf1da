#pragma once
// The orders that a call is about.

#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "base/result.h"
#include "fhir/chart.h"
#include "fhir/read_limits.h"
#include "fhir/read_resources.h"

namespace ivig::hooks {

/// Errors: too_large when the Bundle holds more orders than are decided on in one call.
[[nodiscard]] base::Result<void> check_order_count(base::Json const& bundle, fhir::ReadLimits const& limits);

/// The orders of a draftOrders Bundle, read beside the chart of the call's patient, in its order; entries of other
/// types are passed over. Of two entries with one Type/id the last counts, in the place of the first. REQ
/// CTX-02..CTX-05, CTX-14
[[nodiscard]] std::vector<fhir::Order> read_draft_orders(base::Json const& bundle, fhir::ResourceIndex const& index,
                                                         fhir::Chart const& chart, fhir::ReadLimits const& limits = {});

/// The same without their reasons, which a chart is needed for. `patient_id`: of the call.
[[nodiscard]] std::vector<fhir::Order> read_draft_orders(base::Json const& bundle, fhir::ResourceIndex const& index,
                                                         std::string_view patient_id,
                                                         fhir::ReadLimits const& limits = {});

/// Reads the reasons of orders that were read without.
void add_reasons(std::vector<fhir::Order>& orders, fhir::ResourceIndex const& index, fhir::Chart const& chart,
                 fhir::ReadLimits const& limits);

}  // namespace ivig::hooks
