#pragma once
// What a client can take in an answer, by the name in its configuration (section 5.5 of the requirement table). EXT-04

#include <optional>
#include <string_view>

namespace ivig::hooks {

struct ClientProfile {
  bool card_uuid = true;
  bool topic = true;
  bool override_reasons = true;
  bool recommended = true;                 ///< `isRecommended` of a suggestion, unknown to 1.0
  bool one_action_per_suggestion = false;  ///< Epic; a suggestion that needs more is left out (SUGG-07)
  bool delete_by_resource_id = true;       ///< false: 1.0 clients read the reference from `resource`
  std::string_view selection_behavior = "at-most-one";
  bool any_of_several = true;  ///< knows "any" (1.1 and later): several suggestions of a card may be taken together
};

/// generic | epic | oracle-health | cds-hooks-1.0 | sandbox
[[nodiscard]] std::optional<ClientProfile> client_profile(std::string_view name);

}  // namespace ivig::hooks
