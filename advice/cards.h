#pragma once
// Decisions to cards: one card per IVIG order that deserves one, none where the order is fine. Of more cards than an
// answer may have the most severe come first, and the rest is summed up in one; no critical one ever is.

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
  std::size_t most = 20;                           ///< limits.cards: of one answer; critical ones may exceed it
};

/// In the order of the decisions; where there are more than `options.most`, by severity, with the summing card last. It
/// names every order that it stands for.
[[nodiscard]] std::vector<Card> make_cards(Knowledge const& knowledge, std::vector<Decision> const& decisions,
                                           CardOptions const& options);

}  // namespace ivig::advice
