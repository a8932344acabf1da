#pragma once
// Between the routes and the store: records before the answer leaves, feedback, and what metrics and log say of a call.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "app/service_metrics.h"
#include "base/asio.h"
#include "base/json_body.h"
#include "base/result.h"
#include "base/uuid.h"
#include "server/log.h"
#include "store/references.h"
#include "store/store.h"

namespace ivig::app {

/// What the parts of a decision log are; each must outlive it.
struct DecisionLogParts {
  store::Store& store;
  store::References const& references;
  ServiceMetrics& metrics;
  server::Log& log;
};

/// The call that a query to a FHIR server was made for.
struct QueriedFor {
  std::string_view request_id;
  std::string_view client;
  std::string_view fhir_server;  ///< its origin
};

class DecisionLog {
 public:
  explicit DecisionLog(DecisionLogParts parts) : parts_(parts) {}

  /// Whether decisions are kept, so that they are worth making records of, and feedback is taken.
  [[nodiscard]] bool keeps() const { return parts_.store.keeps(); }
  [[nodiscard]] store::References const& references() const { return parts_.references; }
  /// Of the decisions.
  [[nodiscard]] base::UuidSequence& ids() const { return ids_; }
  [[nodiscard]] ServiceMetrics& metrics() const { return parts_.metrics; }
  [[nodiscard]] server::Log& log() const { return parts_.log; }
  [[nodiscard]] store::Store& store() const { return parts_.store; }

  /// Returns when the records are on disk, in the database or in the spool, or as safe as can be. Never fails: a sick
  /// store costs nobody a card. False: they are in memory only, because database and spool both refuse; the caller says
  /// whether the answer may leave.
  [[nodiscard]] boost::asio::awaitable<bool> record(std::vector<store::DecisionRecord> decisions) const;

  /// The whole of a feedback call of at most `most` entries, none later than now and `skew`; of bad ones their number
  /// and the first one's member are logged, without values, in one line. Errors: 400 and 413 as read_feedback,
  /// unavailable when it cannot be committed. REQ FDBK-02..FDBK-10
  [[nodiscard]] boost::asio::awaitable<base::Result<void>> feedback(base::JsonBody const& body, std::string client,
                                                                    std::size_t most, std::chrono::seconds skew) const;

  /// Counts a query; one that failed is logged: by origin and resource type, without what was asked.
  void fhir_query(QueriedFor const& call, hooks::QueryReport const& query) const;

  /// Counts what came for a call and is another patient's; one line of the log says so, without ids.
  void foreign_resources(QueriedFor const& call, std::vector<fhir::ForeignResources> const& foreign) const;

 private:
  DecisionLogParts parts_;
  mutable base::UuidSequence ids_;  ///< any thread
};

}  // namespace ivig::app
