#pragma once
// What a Bundle and an OperationOutcome say of themselves. Internal to fhir/.

#include <string_view>

#include "base/json_read.h"

namespace ivig::fhir {

[[nodiscard]] inline std::string_view type_of(base::Json const& resource) {
  return base::string_member(resource, "resourceType");
}

/// A Bundle; one without resourceType is known by its entries.
[[nodiscard]] inline bool is_bundle(base::Json const& value, std::string_view type) {
  return type == "Bundle" || (type.empty() && base::member(value, "entry") != nullptr);
}
[[nodiscard]] inline bool is_bundle(base::Json const& value) { return is_bundle(value, type_of(value)); }

/// True when an OperationOutcome says that data is lacking. Warnings and remarks ("no results") do not. REQ PREF-05
[[nodiscard]] bool tells_of_failure(base::Json const& outcome);

/// The URL of a Bundle's link; empty when there is none.
[[nodiscard]] std::string_view link_of(base::Json const& bundle, std::string_view relation);

/// A further page, whether or not its address can be read.
[[nodiscard]] bool has_next_page(base::Json const& bundle);

}  // namespace ivig::fhir
