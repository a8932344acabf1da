#pragma once
// One case to decide on without a socket: a CDS Hooks request, a FHIR Bundle, or a single order.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "advice/order_update.h"
#include "advice/skipped.h"
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
  std::vector<fhir::Order> set_aside;  ///< of a Bundle: closed ones, other patients', those beside drafts
  std::vector<std::string_view> selections;
  bool has_selections = false;
  std::string_view patient_id;
  std::string hook_instance;

  /// Where the orders stand in the bytes of the case. Points into `body`.
  [[nodiscard]] advice::DraftSource source() const;
  [[nodiscard]] std::vector<advice::Decision> decide(advice::Knowledge const& knowledge, base::Day today) const;
  /// The orders that are or may be of immune globulin and that decide() says nothing about.
  [[nodiscard]] std::vector<advice::SkippedOrder> skipped(advice::Knowledge const& knowledge, base::Day today) const;

 private:
  [[nodiscard]] advice::DecideInput decide_input(advice::Knowledge const& knowledge, base::Day today) const;
};

/// Reads one case. A request's prefetch is read under any key by resource type. In a Bundle with draft orders those are
/// checked and the others are the record; without drafts every live order is checked. `as_of`: the record is read as it
/// stood on that day. Errors: not_json and the like, invalid_value when it is none of the three kinds, too_large for
/// more orders than are checked at once.
[[nodiscard]] base::Result<CaseInput> read_case(std::string bytes, base::JsonLimits const& limits,
                                                fhir::ReadLimits const& read = {},
                                                std::optional<base::Day> as_of = std::nullopt);

}  // namespace ivig::hooks
