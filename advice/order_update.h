#pragma once
// Orders that a card offers to change or to add, as FHIR text. REQ ACT-03, ACT-04, HTTP-11

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "advice/decide.h"
#include "base/json_span.h"
#include "fhir/version.h"

namespace ivig::advice {

/// Where the orders of a case stand in the bytes that it came in.
struct DraftSource {
  std::string_view wire;  ///< empty: not known, and no order can be changed
  base::Json const* bundle = nullptr;
  std::vector<base::JsonStep> path;  ///< from the root of `wire` to the bundle

  /// The order's own bytes; nullopt when it is no entry of the bundle. The bundle is gone through once, when the first
  /// order is asked for; by one thread.
  [[nodiscard]] std::optional<std::string_view> text_of(fhir::Order const& order) const;

  using Entries = std::unordered_map<base::Json const*, std::string_view>;  ///< resource to entry
  mutable std::optional<Entries> entries{};
};

struct CorrectedOrder {
  std::string resource;  ///< the whole order, every byte as it came but for dose and dosage text
  std::string dose;      ///< "2 g/kg (160 g) per course, over 5 days"
};

/// The order with the usual dose of the leading row, for a course that is far from it (a finding of level warning or
/// more). Only where the dose stands in one structured quantity, so that nothing is left that says otherwise; the
/// result is read again, and dropped unless it comes to that dose.
[[nodiscard]] std::optional<CorrectedOrder> corrected_order(Knowledge const& knowledge, Decision const& decision,
                                                            DraftSource const& source);

/// A draft order for a laboratory test: ServiceRequest, or what stands for it in older versions.
[[nodiscard]] std::string test_order(rules::TestOrder const& test, std::string_view patient_reference,
                                     fhir::Version version);

}  // namespace ivig::advice
