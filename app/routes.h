#pragma once
// The service listener: which path and method leads where. Joins server/ (HTTP) with hooks/ (CDS Hooks).

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "hooks/client_profile.h"
#include "hooks/gather_data.h"
#include "server/http.h"

namespace ivig::app {

/// What the routes need of the configuration.
struct RouteSettings {
  bool token_required = true;  ///< auth: required; until client tokens are verified every service call is refused
  std::string public_url;
  std::vector<std::string> cors_origins;
  bool gap_cards = true;
  hooks::ClientProfile anonymous_profile;
  std::vector<std::string> anonymous_services{"*"};
  hooks::FetchSettings anonymous_fetch;  ///< default: nobody is called
  std::size_t body_bytes = 16 * 1024 * 1024;
  unsigned json_depth = 64;
};

/// The rule set in force: swapped whole on reload, read without a lock by every request.
using KnowledgeSlot = std::atomic<std::shared_ptr<advice::Knowledge const>>;

/// Routes of the service listener. What is referred to must outlive the handler.
[[nodiscard]] server::Handler service_handler(KnowledgeSlot const& knowledge, RouteSettings const& settings,
                                              fhir::RestClient& client);

/// Routes of the admin listener: /healthz (the process answers) and /readyz (rules loaded).
[[nodiscard]] server::Handler admin_handler(KnowledgeSlot const& knowledge);

}  // namespace ivig::app
