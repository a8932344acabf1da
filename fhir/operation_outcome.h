#pragma once
// FHIR OperationOutcome: the body of every error answer (HTTP-22).

#include <string>

#include "base/result.h"

namespace ivig::fhir {

/// One issue with severity error; `where` becomes `expression`, `detail` becomes `diagnostics`. Neither holds patient
/// data.
[[nodiscard]] std::string operation_outcome(base::Error const& error);

/// The FHIR issue-type code of an error: "structure", "required", "value", "processing", "not-found", "exception" ...
[[nodiscard]] std::string_view issue_code(base::Errc code);

}  // namespace ivig::fhir
