#pragma once
// order-sign and order-select: one straight line from the parsed body to the bytes of the answer.

#include <string>
#include <vector>

#include "advice/cards.h"
#include "advice/knowledge.h"
#include "base/clock.h"
#include "base/json_body.h"
#include "base/result.h"
#include "fhir/read_limits.h"
#include "hooks/client_profile.h"
#include "hooks/decision_record.h"
#include "hooks/services.h"

namespace ivig::hooks {

struct OrderServiceOptions {
  ClientProfile profile;
  std::string public_url;
  bool gap_cards = true;
  RecordOptions const* record = nullptr;  ///< set: records of the decisions are made
  fhir::ReadLimits read{};                ///< how much of a call is read
  std::size_t most_cards = 20;            ///< limits.cards
};

/// What a call came to, for the log counts only, no patient data.
struct OrderServiceOutcome {
  std::string body;  ///< the answer
  std::size_t ivig_orders = 0;
  std::size_t cards = 0;
  std::vector<store::DecisionRecord> records;  ///< patient data; for the store only
};

/// Answers one call. Errors: those of HookRequest::read (400), and missing_data (412) naming the prefetch key when an
/// IVIG order gives no usable reason and the conditions could not be had. Pure: the day is an argument.
[[nodiscard]] base::Result<OrderServiceOutcome> answer_order_hook(advice::Knowledge const& knowledge,
                                                                  ServiceDefinition const& service,
                                                                  base::JsonBody const& body,
                                                                  OrderServiceOptions const& options, base::Day today);

}  // namespace ivig::hooks
