#include "hooks/client_profile.h"

namespace ivig::hooks {

std::optional<ClientProfile> client_profile(std::string_view name) {
  ClientProfile profile;
  if (name == "generic" || name == "sandbox") return profile;
  if (name == "epic") {
    profile.selection_behavior = "any";
    profile.one_action_per_suggestion = true;
    return profile;
  }
  if (name == "cds-hooks-1.0" || name == "oracle-health") {
    profile.card_uuid = false;
    profile.topic = false;
    profile.override_reasons = false;
    profile.recommended = false;
    profile.delete_by_resource_id = false;
    profile.any_of_several = false;
    return profile;
  }
  return std::nullopt;
}

}  // namespace ivig::hooks
