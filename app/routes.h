#pragma once
// The service listener: which path and method leads where. Joins server/ (HTTP) with hooks/ (CDS Hooks).

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "app/decision_log.h"
#include "app/gate.h"
#include "app/review_access.h"
#include "fhir/read_limits.h"
#include "fhir/rest_client.h"
#include "server/http.h"

namespace ivig::app {

/// What the routes need of the configuration.
struct RouteSettings {
  std::string public_url;
  std::vector<std::string> cors_origins;
  bool gap_cards = true;
  ReviewAccess review;
  std::size_t body_bytes = 16 * 1024 * 1024;
  std::size_t form_bytes = 65536;        ///< longest form of the console; a pasted case may be as long as a call
  std::size_t feedback_bytes = 1048576;  ///< longest body of a feedback call
  std::size_t feedback_entries = 1000;   ///< most entries of one
  std::chrono::seconds clock_skew{60};   ///< tokens.clock_skew_seconds: how far clients' clocks may be ahead
  bool store_required = false;           ///< no answer without a record on disk
  unsigned json_depth = 64;
  fhir::ReadLimits read;
  std::size_t most_cards = 20;
};

/// The rule set in force: swapped whole on reload, read without a lock by every request.
using KnowledgeSlot = std::atomic<std::shared_ptr<advice::Knowledge const>>;

/// What the service listener works with; each must outlive the handler.
struct ServiceParts {
  Gate const& gate;          ///< who may call a service; discovery and evidence pages are for everyone (DISC-*)
  fhir::RestClient& client;  ///< fetches what a request lacks
  DecisionLog const& decisions;
};

/// Routes of the service listener. `knowledge` and `settings` must outlive the handler.
[[nodiscard]] server::Handler service_handler(KnowledgeSlot const& knowledge, RouteSettings const& settings,
                                              ServiceParts parts);

/// What the admin listener shows.
struct AdminParts {
  KnowledgeSlot const& knowledge;
  DecisionLog const& decisions;
  std::atomic<bool> const& stopping;  ///< true: still serving, but not ready for more
  /// Brings figures up to date that are counted elsewhere; called before every scrape.
  std::function<void(ServiceMetrics&)> refresh = [](ServiceMetrics&) {};
};

/// Routes of the admin listener: /healthz (the process answers), /readyz (rules loaded, store writable: 503 with the
/// reasons; ?spool=ok takes a store that is away for ready while records are safe in the spool), /metrics.
[[nodiscard]] server::Handler admin_handler(AdminParts parts);

}  // namespace ivig::app
