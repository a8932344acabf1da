#pragma once
// From what a client sent along (prefetch, draft orders) or a file holds (a Bundle) to one chart.

#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_resources.h"

namespace ivig::fhir {

/// Reads the prefetch data of a request, and the draft Bundle's resources that are no orders, into a chart; fills
/// `index` with both. REQ PREF-01..PREF-16, CTX-08, CTX-14
///
/// Every prefetch value is read whatever its key: a resource, a Bundle, or one of them in a pre-1.0 wrapper. Draft
/// entries outrank prefetched resources of the same Type/id; draft orders are no treatments.
///
/// What is available is told by the resource types found, and for an empty value (null, empty Bundle) or a failed one
/// (OperationOutcome of severity error or fatal, a Bundle with a next page) by the service's own keys: patient,
/// conditions, observations, allergies, medications, medicationStatements, procedures, treatments. Of several values
/// of one kind a failed one makes the kind failed: only part of it came. Except for Patient, draft entries make no
/// kind available: they are no complete list.
///
/// `prefetch` and `draft_bundle` may be nullptr or no objects: then they count as absent. `patient_id` empty: nothing
/// is taken for another patient's. The chart and the index point into both.
[[nodiscard]] Chart read_chart(base::Json const* prefetch, base::Json const* draft_bundle, std::string_view patient_id,
                               ResourceIndex& index);

/// Reads one Bundle (or one bare resource) that holds patient, chart and orders together. Appends to `orders` every
/// order resource of this patient whose status is draft, active, on-hold, unknown or absent, whatever its intent; each
/// of them is a Treatment of the chart as well (same path), so that the caller decides which are history.
/// A kind is provided when the Bundle holds a resource of it or a Patient. With an empty `patient_id` the first Patient
/// of the Bundle is taken.
[[nodiscard]] Chart read_bundle_chart(base::Json const& bundle, std::string_view patient_id, ResourceIndex& index,
                                      std::vector<base::Json const*>& orders);

}  // namespace ivig::fhir
