#pragma once
// The orders that a call is about.

#include <vector>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_resources.h"

namespace ivig::hooks {

/// The orders of a draftOrders Bundle, read beside the chart, in its order; entries of other types are passed over. Of
/// two entries with one Type/id the last counts, in the place of the first. REQ CTX-02..CTX-05, CTX-14
[[nodiscard]] std::vector<fhir::Order> read_draft_orders(base::Json const& bundle, fhir::ResourceIndex const& index,
                                                         fhir::Chart const& chart);

/// The same without their reasons, which a chart is needed for.
[[nodiscard]] std::vector<fhir::Order> read_draft_orders(base::Json const& bundle, fhir::ResourceIndex const& index);

}  // namespace ivig::hooks
