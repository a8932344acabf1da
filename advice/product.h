#pragma once
// Is an order for intravenous immune globulin? By value sets, route-aware; look-alikes never match (docs/rule-form.md,
// "Which order counts"). REQ CTX-06..CTX-10

#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "fhir/chart.h"
#include "rules/facts.h"

namespace ivig::advice {

struct Product {
  bool ivig = false;
  bool route_unknown = false;  ///< licensed for more than one route and ordered without one: counts, and is asked
  bool wrong_route = false;    ///< made for subcutaneous or intramuscular use: `ivig` only if ordered intravenously
  bool other_route = false;    ///< not `ivig` for its route alone: a product for intravenous use, ordered by another
  bool contradicted = false;   ///< not `ivig`: the text names immune globulin, a coding of a known system another drug
  bool uncertain = false;      ///< known only by the display of a reference that led nowhere
  std::string name;            ///< brand, or the drug as ordered
  std::string concentration_g_per_ml;  ///< decimal text, empty when not known
  /// What stabilizes the product: one text for every brand or strength that it may be; empty when not known of all.
  std::vector<std::string> stabilizers;
  rules::Basis basis = rules::Basis::none;
};

/// True when the order is one to comment on at all: not cancelled, stopped, completed or in error, not "do not
/// perform", not merely reported. REQ CTX-06, CTX-07
[[nodiscard]] bool is_live(fhir::Order const& order);

/// Whether its status says that it was carried out or taken back.
[[nodiscard]] bool is_over(fhir::Order const& order);

/// Whether recognise_product would find one, without finding out which.
[[nodiscard]] bool is_product(Knowledge const& knowledge, fhir::Order const& order);

[[nodiscard]] Product recognise_product(Knowledge const& knowledge, fhir::Order const& order);

}  // namespace ivig::advice
