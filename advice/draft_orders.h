#pragma once
// The orders of one request beside each other, each recognised once: what one says about the others, and which tests
// are ordered already.

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "advice/statements.h"

namespace ivig::advice {

class DraftOrders {
 public:
  struct Draft {
    std::string reference;  ///< "MedicationRequest/m1"
    Statement drug;
  };

  /// The live orders of the patient, in the order of the request.
  DraftOrders(Knowledge const& knowledge, std::vector<fhir::Order const*> const& orders);

  /// Whether an order other than the one at place `own` is for something in the set.
  [[nodiscard]] bool another_is_for(fhir::SetIndex set, std::size_t own) const;

  /// Calls f(FactSide, Draft const&) for the facts that orders other than the one at place `own` are evidence of: for
  /// each fact the first such order, in the order of the request.
  template <class F>
  void each_evidence(std::size_t own, F&& f) const {
    std::vector<std::pair<std::size_t, FactSide>> found;
    for (auto const& [set, places] : first_two_) {
      std::size_t const place = places[0] == own ? places[1] : places[0];
      if (place == kNone) continue;
      for (FactSide const& side : knowledge_.clauses.drafts_by_set[set]) found.emplace_back(place, side);
    }
    std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    for (auto const& [place, side] : found) f(side, drafts_[place]);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Knowledge const& knowledge_;
  std::vector<Draft> drafts_;  // empty for a lone order
  /// By set, the first two orders that are for something in it: one of them is another than any given one.
  std::map<fhir::SetIndex, std::array<std::size_t, 2>> first_two_;
};

}  // namespace ivig::advice
