#include "fhir/scopes.h"

#include <algorithm>

namespace ivig::fhir {
namespace {

bool is_or(Token const& token) { return token.folded == "or" || token.folded == "nor"; }

}  // namespace

Scopes::Scopes(std::vector<Token> const& tokens, std::vector<CueHit> const& cues)
    : tokens_(tokens), places_(tokens.size()) {
  number_words();
  for (CueHit const& hit : cues) add_cue(hit);
}

void Scopes::number_words() {
  std::size_t next_or = kNone;  // in this sentence
  std::uint32_t colon = kNone;
  for (std::size_t at = tokens_.size(); at-- > 0;) {
    Token const& token = tokens_[at];
    if (is_or(token)) next_or = at;
    // A scope passes a comma only in a list that ends in "or".
    bool const list_goes_on = !token.breaks_before && next_or < at + kScopeWords;
    if (token.breaks_before) next_or = kNone;
    if (token.colon_before) colon = static_cast<std::uint32_t>(at);
    places_[at].list_ends = token.comma_before && !list_goes_on ? 1 : 0;
    places_[at].colon = colon;
  }
  for (std::size_t at = 1; at < tokens_.size(); ++at) {
    places_[at].list_ends += places_[at - 1].list_ends;
    places_[at].sentence = places_[at - 1].sentence + (tokens_[at].breaks_before ? 1 : 0);
  }
}

void Scopes::add_cue(CueHit const& hit) {
  Place& place = places_[hit.first];
  auto const last = static_cast<std::uint32_t>(hit.last);
  if (hit.cue == Cue::scope_break) place.break_end = std::min(place.break_end, last);
  if (hit.cue == Cue::pseudo_negation) place.pseudo_end = std::max(place.pseudo_end, last + 1);
  if (hit.cue == Cue::family) places_[place.sentence].family = true;
}

void Scopes::add_mention(std::size_t first, std::size_t last, bool qualifier) {
  Place& place = places_[first];
  auto const end = static_cast<std::uint32_t>(last);
  place.mention_begins = true;
  place.mention_end = std::min(place.mention_end, end);
  if (qualifier) place.qualifier_end = std::max(place.qualifier_end, end + 1);
}

void Scopes::close() {
  for (std::size_t at = places_.size() - 1; at-- > 0;) {
    places_[at].break_end = std::min(places_[at].break_end, places_[at + 1].break_end);
    places_[at].mention_end = std::min(places_[at].mention_end, places_[at + 1].mention_end);
  }
  for (std::size_t at = 1; at < places_.size(); ++at) {
    places_[at].pseudo_end = std::max(places_[at].pseudo_end, places_[at - 1].pseudo_end);
    places_[at].qualifier_end = std::max(places_[at].qualifier_end, places_[at - 1].qualifier_end);
  }
}

}  // namespace ivig::fhir
