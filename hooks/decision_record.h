#pragma once
// From what was decided to what is kept of it. REQ LOG-01

#include <string>
#include <vector>

#include "advice/card.h"
#include "advice/decide.h"
#include "base/uuid.h"
#include "hooks/hook_request.h"
#include "store/records.h"
#include "store/references.h"

namespace ivig::hooks {

/// What a record holds besides the decision.
struct RecordOptions {
  store::References const& references;
  base::UuidSequence& ids;  ///< one for all records of a process, so that they sort as they were made
  std::string service;      ///< its id
  std::string client;       ///< the client's name in the configuration
  std::string tenant;       ///< of its token, or empty
  store::Time now;
  bool kept = true;  ///< false: records are counted and then forgotten, so that no texts are written for them
};

/// The facts about which something was read, and those that follow from them, as one array. What is absent from the
/// record is not listed: the rule set has hundreds of such facts.
[[nodiscard]] std::string facts_json(advice::Knowledge const& knowledge, rules::Facts const& facts);

/// One record for each decision, in their order; the latency is for the caller to fill in. Ids of resources are kept as
/// `references` says, in every member. The access token of the request is not looked at (FHIR-04).
[[nodiscard]] std::vector<store::DecisionRecord> decision_records(advice::Knowledge const& knowledge,
                                                                  HookRequest const& request,
                                                                  std::vector<advice::Decision> decisions,
                                                                  std::vector<advice::Card> const& cards,
                                                                  RecordOptions const& options);

}  // namespace ivig::hooks
