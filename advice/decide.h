#pragma once
// From a chart and its orders to decisions: one for each order of intravenous immune globulin.

#include <string>
#include <vector>

#include "advice/dose.h"
#include "advice/facts_from_chart.h"
#include "advice/product.h"
#include "rules/findings.h"

namespace ivig::advice {

/// What the service has to say about one IVIG order. Keeps a pointer to the order, which must outlive it.
struct Decision {
  fhir::Order const* order = nullptr;
  std::string order_reference;  ///< "MedicationRequest/ivig-1"
  std::string patient_reference;
  Product product;
  OrderDose dose;
  rules::Facts facts;
  rules::Findings findings;
  std::vector<rules::FactIndex> tests;  ///< missing facts with a test that nobody has ordered yet
  std::vector<std::string>
      gaps;  ///< what could not be had or was not read: "conditions", "the order's further reasons"
  bool needs_conditions = false;  ///< no usable reason, and the conditions came neither by prefetch nor by fetch (412)
};

struct DecideInput {
  Knowledge const& knowledge;
  fhir::Chart const& chart;
  std::vector<fhir::Order> const& orders;                     ///< every draft order of the request
  std::vector<std::string_view> const* selections = nullptr;  ///< order-select: only these are commented on
  std::string_view patient_id;                                ///< of the case; empty when not known
  base::Day today;
};

/// Decisions in the order of the input. Orders of other patients get no guidance (REQ REQ-12). Pure.
[[nodiscard]] std::vector<Decision> decide(DecideInput const& input);

}  // namespace ivig::advice
