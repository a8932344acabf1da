#pragma once
// One example of the rule set (docs/rule-form.md, "Examples") written out as what a client would send.

#include <string>

#include "base/clock.h"
#include "base/json_body.h"

namespace ivig::app {

/// A FHIR R4 Bundle with one IVIG order, as JSON text. What the example does not give itself of product, dose and
/// weight is taken from `file`, the root of its file; days are counted back from `today`.
[[nodiscard]] std::string example_bundle(base::Json const& example, base::Json const& file, base::Day today);

}  // namespace ivig::app
