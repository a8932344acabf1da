#pragma once
// One CDS Hooks call, checked: what may be read further on holds the types the specification gives it.
// Requirements REQ-01..REQ-16, CTX-01..CTX-04, CTX-15, CTX-16 (../docs/architecture.md names the table).

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_body.h"
#include "base/result.h"

namespace ivig::hooks {

/// `fhirAuthorization` of a request. The token is transient: never stored, never logged (FHIR-04).
struct FhirAuthorization {
  std::string_view access_token;
  std::string_view token_type;
  long expires_in = 0;  ///< seconds from receipt; <= 0 is unusable (FHIR-05)
  std::string_view scope;
  std::string_view subject;
  std::string_view patient;
};

/// Views into the JsonBody it was read from, which must outlive it.
struct HookRequest {
  std::string_view hook;
  std::string_view hook_instance;
  std::string_view fhir_server;    ///< empty when absent
  bool has_authorization = false;  ///< whole, in its types, for this patient, and not expired
  FhirAuthorization authorization;
  std::string_view user_id;                  ///< "Practitioner/x"
  std::string_view patient_id;               ///< bare, also where "Patient/x" was sent
  std::string_view encounter_id;             ///< empty when absent
  base::Json const* draft_orders = nullptr;  ///< a Bundle
  std::vector<std::string_view> selections;  ///< order-select only
  bool has_selections = false;
  base::Json const* prefetch = nullptr;  ///< object or nullptr
  std::string_view vendor_fhir_version;  ///< as Epic states it in an extension; empty when absent

  /// Reads and checks a request body for a service that offers `hook`.
  /// Errors (all 400): wrong_type, missing_field, invalid_value, wrong_hook, each with the FHIRPath-like field in
  /// `where` ("context.userId"). Unknown members are ignored; null counts as absent.
  [[nodiscard]] static base::Result<HookRequest> read(base::Json const& body, std::string_view hook);
};

}  // namespace ivig::hooks
