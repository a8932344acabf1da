#pragma once
// Whom a case is about, in words: for a page that shows what somebody has just handed in, and keeps nothing.

#include <string>

#include "base/json_body.h"

namespace ivig::hooks {

/// "Anna Example, born 1960-01-02" of the Patient in a CDS Hooks request's prefetch or in a Bundle; empty when there is
/// none or it has no name. Patient data.
[[nodiscard]] std::string patient_label(base::Json const& root);

}  // namespace ivig::hooks
