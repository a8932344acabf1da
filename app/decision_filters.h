#pragma once
// Filters over decisions, the same on the command line and in the API: a name and a text each.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/records.h"
#include "store/references.h"

namespace ivig::app {

/// One filter and what it means.
struct FilterName {
  std::string_view name;
  std::string_view help;
};

inline constexpr FilterName kFilters[] = {
    {"from", "made at or after: a date (2026-11-01), a date and time with offset, or an age (24h, 7d)"},
    {"until", "made before; likewise"},
    {"row", "leading recommendation, guideline/row"},
    {"stance", "recommended, may-consider, insufficient-evidence, not-recommended, harmful; none: no row applied"},
    {"indicator", "none, info, warning, critical"},
    {"outcome", "accepted, overridden; none: no feedback"},
    {"condition", "the first that the order is for, a fact id such as those of rules/facts.json; none: none was found"},
    {"determination", "a reviewer's: approve, deny, more-information; none: not determined yet"},
    {"client", "name of the client in the configuration"},
    {"service", "ivig-order-sign, ivig-order-select"},
    {"hook-instance", "of the call"},
    {"patient", "reference such as Patient/123; it is hashed as the stored ones are"},
    {"order", "reference such as MedicationRequest/123; likewise"},
    {"card", "uuid of a card"},
    {"after", "page on: decisions older than this id"},
    {"limit", "most decisions, 1 to 1000"},
};

/// Sets one filter. `now` is what ages are counted from. Errors: not_found for an unknown name, invalid_value.
[[nodiscard]] base::Result<void> set_filter(store::DecisionQuery& query, std::string_view name, std::string_view value,
                                            store::References const& references, store::Time now);

/// The number of a page of feedback, 1 to store::kMostFeedbackPages; nullopt: it is none.
[[nodiscard]] std::optional<unsigned> feedback_page_of(std::string_view text);

}  // namespace ivig::app
