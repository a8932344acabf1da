#pragma once
// Which orders of a request are commented on.

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fhir/chart.h"

namespace ivig::advice {

/// "MedicationRequest/ivig-1"
[[nodiscard]] std::string reference_of(fhir::Order const& order);

/// The orders that are commented on. Selections are relative references; an absolute one counts when it ends in the
/// same type and id. REQ CTX-16
class Selections {
 public:
  /// nullptr: every order. Points into the list.
  explicit Selections(std::vector<std::string_view> const* selections);
  [[nodiscard]] bool hold(fhir::Order const& order) const;

 private:
  bool any_;
  std::unordered_set<std::string_view> selected_;
};

}  // namespace ivig::advice
