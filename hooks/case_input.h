#pragma once
// One case to decide on without a socket: a CDS Hooks request, a FHIR Bundle, or a single order.

#include <memory>
#include <string>
#include <vector>

#include "advice/order_update.h"
#include "base/json_body.h"
#include "base/result.h"
#include "fhir/chart.h"
#include "fhir/read_limits.h"

namespace ivig::hooks {

/// A parsed case: owns the bytes that chart and orders point into.
struct CaseInput {
  std::unique_ptr<base::JsonBody> body;
  fhir::Chart chart;
  std::vector<fhir::Order> orders;
  std::vector<std::string_view> selections;
  bool has_selections = false;
  std::string_view patient_id;
  std::string hook_instance;

  /// Where the orders stand in the bytes of the case. Points into `body`.
  [[nodiscard]] advice::DraftSource source() const;
  [[nodiscard]] std::vector<advice::Decision> decide(advice::Knowledge const& knowledge, base::Day today) const;
};

/// Reads one case. A request's prefetch is read under any key by resource type. In a Bundle with draft orders those are
/// checked and the others are the record; without drafts every live order is checked.
/// Errors: not_json and the like, invalid_value when it is none of the three kinds, too_large for more orders than are
/// checked at once.
[[nodiscard]] base::Result<CaseInput> read_case(std::string bytes, base::JsonLimits const& limits,
                                                fhir::ReadLimits const& read = {});

}  // namespace ivig::hooks
