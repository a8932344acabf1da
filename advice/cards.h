#pragma once
// Decisions to cards: one card per IVIG order that deserves one, none where the order is fine.

#include <string>
#include <vector>

#include "advice/card.h"
#include "advice/decide.h"
#include "advice/order_update.h"

namespace ivig::advice {

struct CardOptions {
  std::string hook_instance;  ///< with the order it makes the card's uuid, so that a re-delivered call gets equal ones
  std::string public_url;     ///< evidence pages are linked below it
  bool gap_cards = true;  ///< say in a card of its own what could not be checked where the order is otherwise silent
  DraftSource source{};   ///< the bytes of the orders, so that one can be offered changed
  fhir::Version fhir_version = fhir::Version::r4;  ///< of the resources that are offered
};

[[nodiscard]] std::vector<Card> make_cards(Knowledge const& knowledge, std::vector<Decision> const& decisions,
                                           CardOptions const& options);

}  // namespace ivig::advice
