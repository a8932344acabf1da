#pragma once
// Chart to facts: the only place that knows both FHIR and the rules. Pure; the day is an argument.

#include "advice/dose.h"
#include "advice/draft_orders.h"
#include "advice/product.h"
#include "advice/reactions.h"
#include "advice/results.h"
#include "advice/statements.h"
#include "advice/treatments.h"
#include "base/clock.h"
#include "fhir/chart.h"
#include "rules/facts.h"

namespace ivig::advice {

class RecordEvidence;

/// Everything of one patient's record that facts are read from: made once per request, shared by its orders.
struct Record {
  fhir::Chart const* chart = nullptr;
  std::vector<Statement> problems;
  std::vector<ResultStatement> results;
  std::vector<TreatmentStatement> treatments;
  std::vector<ReactionStatement> reactions;
  std::optional<BodyWeight> weight;
  std::optional<WeightDoubt> weight_doubt;
  base::Day today;
};

/// Keeps a pointer to `chart`, which must outlive the record.
[[nodiscard]] Record read_record(Knowledge const& knowledge, fhir::Chart const& chart, base::Day today);

/// What an order brings with it, and what stands beside it.
struct OrderView {
  Product const& product;
  OrderDose const& dose;
  DraftOrders const& drafts;  ///< the orders of the request
  std::size_t order;          ///< its place among them
  RecordEvidence& evidence;   ///< of its patient
};

/// The facts of one order: of the record, of its reasons, product and dose, and of the other orders of the request.
[[nodiscard]] rules::Facts facts_of_order(Knowledge const& knowledge, Record const& record, fhir::Order const& order,
                                          OrderView const& view);

}  // namespace ivig::advice
