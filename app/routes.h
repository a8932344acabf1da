#pragma once
// The service listener: which path and method leads where. Joins server/ (HTTP) with hooks/ (CDS Hooks).

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "app/gate.h"
#include "fhir/rest_client.h"
#include "server/http.h"

namespace ivig::app {

/// What the routes need of the configuration.
struct RouteSettings {
  std::string public_url;
  std::vector<std::string> cors_origins;
  bool gap_cards = true;
  std::size_t body_bytes = 16 * 1024 * 1024;
  unsigned json_depth = 64;
};

/// The rule set in force: swapped whole on reload, read without a lock by every request.
using KnowledgeSlot = std::atomic<std::shared_ptr<advice::Knowledge const>>;

/// Routes of the service listener. `gate` says who may call a service; discovery and evidence pages are for everyone
/// (DISC-*). `client` fetches what a request lacks. All arguments must outlive the handler.
[[nodiscard]] server::Handler service_handler(KnowledgeSlot const& knowledge, RouteSettings const& settings,
                                              Gate const& gate, fhir::RestClient& client);

/// Routes of the admin listener: /healthz (the process answers) and /readyz (rules loaded).
[[nodiscard]] server::Handler admin_handler(KnowledgeSlot const& knowledge);

}  // namespace ivig::app
