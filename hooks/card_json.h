#pragma once
// Cards to the bytes of a CDS Hooks answer. No null, no empty optional member, only members of the specification.
// REQ RESP-01..05, CARD-*, SUGG-*, ACT-*, LINK-*, OVR-*

#include <string>
#include <vector>

#include "advice/card.h"
#include "hooks/client_profile.h"

namespace ivig::hooks {

/// {"cards":[...]} fitted to the client; {"cards":[]} when there is nothing to say.
[[nodiscard]] std::string cards_json(std::vector<advice::Card> const& cards, ClientProfile const& profile);

}  // namespace ivig::hooks
