#pragma once
// Which resources a chart is read from.

#include <string_view>

namespace ivig::fhir {

/// True for the resource types that a chart holds: what read_into_chart does not ignore.
[[nodiscard]] bool is_chart_type(std::string_view resource_type);

}  // namespace ivig::fhir
