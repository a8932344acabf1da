#pragma once
// Laboratory values as people write them: "145 mg/dL", "<7 mg/dL", "4%".

#include <optional>
#include <string>
#include <string_view>

#include "fhir/chart.h"

namespace ivig::advice {

/// The quantity that `text` is: an optional comparator ("<", "LT", "less than"), a number, a unit (all that follows).
/// The views point into `text`. nullopt when it does not begin with a number.
[[nodiscard]] std::optional<fhir::Quantity> quantity_in(std::string_view text);

/// What an observation measured: its quantity, else its value read as text, else, where it has no value at all, a
/// number that stands in its name ("IgA 145 mg/dL"). A comparator that is none ("<>") leaves the value unknown.
[[nodiscard]] std::optional<fhir::Quantity> measured(fhir::Observation const& observation);

/// The unit without case, spaces and UCUM annotation marks, in one spelling: "mL/min/{1.73_m2}" and "ml/min/1.73 m²"
/// are one, and so are "umol/L", "micromol/L" and "uM", or "mg/dL", "mg/100 mL" and "mg%". Nothing is converted.
[[nodiscard]] std::string unit_key(std::string_view unit);

/// True when the quantity's unit, as UCUM code or as printed, is `unit`.
[[nodiscard]] bool in_unit(fhir::Quantity const& quantity, std::string_view unit);

}  // namespace ivig::advice
