#pragma once
// What the server offers: the two services, their prefetch templates, and the discovery answer. REQ DISC-*, PREFT-*

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace ivig::hooks {

struct ServiceDefinition {
  std::string_view id;
  std::string_view hook;
  std::string_view title;
  std::string_view description;
};

inline constexpr std::array<ServiceDefinition, 2> kServices{{
    {"ivig-order-sign", "order-sign", "IVIG guideline check at signing",
     "Checks orders for intravenous immune globulin (IVIG) against encoded AANEM, EFNS and EULAR guidance when they "
     "are "
     "about to be signed. Warns where IVIG is not recommended or evidence is insufficient, names the evidence and what "
     "is "
     "missing, and stays silent where the order is fine."},
    {"ivig-order-select", "order-select", "IVIG guideline check while ordering",
     "Checks the selected orders for intravenous immune globulin (IVIG) against encoded AANEM, EFNS and EULAR guidance "
     "while they are being written."},
}};

/// The service of that id, or nullptr.
[[nodiscard]] ServiceDefinition const* find_service(std::string_view id);

/// A prefetch key and its query template, legal for CDS Hooks 1.0 to 3.0: {{context.patientId}} only.
struct PrefetchTemplate {
  std::string_view key;
  std::string_view query;
};

inline constexpr std::array<PrefetchTemplate, 7> kPrefetch{{
    {"patient", "Patient/{{context.patientId}}"},
    {"conditions", "Condition?patient={{context.patientId}}"},
    {"observations",
     "Observation?patient={{context.patientId}}&category=laboratory,vital-signs&_sort=-date&_count=200"},
    {"allergies", "AllergyIntolerance?patient={{context.patientId}}"},
    {"medications", "MedicationRequest?patient={{context.patientId}}"},
    {"medicationStatements", "MedicationStatement?patient={{context.patientId}}"},
    {"procedures", "Procedure?patient={{context.patientId}}"},
}};

/// The body of GET /cds-services.
[[nodiscard]] std::string discovery_json();

}  // namespace ivig::hooks
