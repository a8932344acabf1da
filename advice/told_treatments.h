#pragma once
// Treatments that no resource of their own tells of: "failed prednisone and methotrexate" in a problem or a reason, an
// allergy to a drug.

#include <vector>

#include "advice/treatments.h"

namespace ivig::advice {

/// An allergy to a drug, as what it says about a treatment with it: not tolerated, contraindicated.
[[nodiscard]] TreatmentStatement allergy_as_treatment(Knowledge const& knowledge, fhir::Allergy const& allergy);

/// Treatments that a problem or a reason tells of in words that say how they went. Names without such words tell
/// nothing.
[[nodiscard]] std::vector<TreatmentStatement> treatments_in_text(Knowledge const& knowledge,
                                                                 Statement const& statement);

}  // namespace ivig::advice
