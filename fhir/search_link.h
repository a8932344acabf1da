#pragma once
// What the `self` link of a searchset says about whom was searched for.

#include <string_view>

namespace ivig::fhir {

/// True when `url` names a patient to search for (`patient`, `subject`), and it is not `patient_id`. An answer without
/// entries has nothing else to tell whose it is.
[[nodiscard]] bool searches_for_another(std::string_view url, std::string_view patient_id);

}  // namespace ivig::fhir
