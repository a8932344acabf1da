#pragma once
// What a resource refers to and nothing at hand holds: what may be read from the server.

#include <vector>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_resources.h"

namespace ivig::fhir {

/// Appends the Medication that an order or treatment is about, if it is only referred to, `index` does not hold it, and
/// no code stands beside the reference. REQ CTX-08
void add_missing_medications(base::Json const& resource, ResourceIndex const& index, std::vector<Reference>& missing);

/// Appends the Conditions that an order names as its reasons and `index` does not hold.
void add_missing_reasons(base::Json const& resource, ResourceIndex const& index, std::vector<Reference>& missing);

}  // namespace ivig::fhir
