#pragma once
// One example of the rule set (docs/rule-form.md, "Examples") written out as what a client would send.

#include <string>

#include "base/clock.h"
#include "base/json_body.h"

namespace ivig::app {

/// A FHIR R4 Bundle with one IVIG order, as JSON text. `product` is ordered unless the example names its own; days are
/// counted back from `today`.
[[nodiscard]] std::string example_bundle(base::Json const& example, std::string const& product, base::Day today);

}  // namespace ivig::app
