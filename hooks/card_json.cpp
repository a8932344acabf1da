#include "hooks/card_json.h"

#include <algorithm>

#include "base/json_write.h"

namespace ivig::hooks {
namespace {

using base::JsonWriter;

void write_coding(JsonWriter& json, advice::CardCoding const& coding) {
  if (!coding.json.empty()) return json.raw(coding.json);
  json.begin_object();
  json.member("code", coding.code);
  json.member("system", coding.system);
  json.member_if("display", coding.display);
  json.end_object();
}

void write_action(JsonWriter& json, advice::Action const& action, ClientProfile const& profile) {
  using Type = advice::Action::Type;
  json.begin_object();
  json.member("type", action.type == Type::create ? "create" : action.type == Type::update ? "update" : "delete");
  json.member("description", action.description);
  if (action.type != Type::remove) {
    json.key("resource");
    json.raw(action.resource);
  } else if (profile.delete_by_resource_id) {
    json.member("resourceId", action.resource_id);
  } else {
    json.member("resource", action.resource_id);
  }
  json.end_object();
}

/// Accepting a suggestion means all of its actions (SUGG-04): to a client that takes only one, half of it could do
/// harm.
bool fits(advice::Suggestion const& suggestion, ClientProfile const& profile) {
  return !profile.one_action_per_suggestion || suggestion.actions.size() <= 1;
}

void write_suggestions(JsonWriter& json, advice::Card const& card, ClientProfile const& profile) {
  auto offered = [&](advice::Suggestion const& suggestion) { return fits(suggestion, profile); };
  if (std::none_of(card.suggestions.begin(), card.suggestions.end(), offered)) return;
  json.key("suggestions");
  json.begin_array();
  for (auto const& suggestion : card.suggestions) {
    if (!offered(suggestion)) continue;
    json.begin_object();
    json.member("label", suggestion.label);
    json.member("uuid", suggestion.uuid);
    if (suggestion.recommended && profile.recommended) json.member("isRecommended", true);
    if (!suggestion.actions.empty()) {
      json.key("actions");
      json.begin_array();
      for (auto const& action : suggestion.actions) write_action(json, action, profile);
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
  // The suggestions of a card go together: a corrected dose, a test to order. Removing an order stands alone.
  bool const several = std::count_if(card.suggestions.begin(), card.suggestions.end(), offered) > 1;
  json.member("selectionBehavior", several && profile.any_of_several ? "any" : profile.selection_behavior);
}

void write_card(JsonWriter& json, advice::Card const& card, ClientProfile const& profile) {
  json.begin_object();
  if (profile.card_uuid) json.member("uuid", card.uuid);
  json.member("summary", card.summary);
  json.member_if("detail", card.detail);
  json.member("indicator", rules::to_string(card.indicator));
  json.key("source");
  json.begin_object();
  json.member("label", card.source_label);
  json.member_if("url", card.source_url);
  if (profile.topic && card.topic) {
    json.key("topic");
    write_coding(json, *card.topic);
  }
  json.end_object();
  write_suggestions(json, card, profile);
  if (profile.override_reasons && !card.override_reasons.empty()) {
    json.key("overrideReasons");
    json.begin_array();
    for (auto const& reason : card.override_reasons) write_coding(json, reason);
    json.end_array();
  }
  if (!card.links.empty()) {
    json.key("links");
    json.begin_array();
    for (auto const& link : card.links) {
      json.begin_object();
      json.member("label", link.label);
      json.member("url", link.url);
      json.member("type", "absolute");
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace

std::string cards_json(std::vector<advice::Card> const& cards, ClientProfile const& profile) {
  std::string out;
  if (!cards.empty()) out.reserve(4096);
  JsonWriter json(out);
  json.begin_object();
  json.key("cards");
  json.begin_array();
  for (auto const& card : cards) write_card(json, card, profile);
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::hooks
