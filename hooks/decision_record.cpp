#include "hooks/decision_record.h"

#include <utility>

#include "advice/decision_json.h"
#include "advice/markdown.h"
#include "base/json_write.h"

namespace ivig::hooks {
namespace {

using advice::Decision;
using base::JsonWriter;
using store::References;

/// A long note may tell of a hundred facts: each is kept with the start of it, more than a card quotes.
constexpr std::size_t kDetailUnits = 400;

/// References and places as they are kept; the order is not needed any more.
void keep_references(Decision& decision, References const& references) {
  decision.order_reference = references.kept(decision.order_reference);
  decision.patient_reference = references.kept(decision.patient_reference);
  decision.facts.values.each_place([&](std::string& from) { from = references.kept_place(from); });
  for (auto* list : {&decision.facts.indications, &decision.facts.contradicting, &decision.facts.outside}) {
    for (auto& indication : *list) indication.from = references.kept_place(indication.from);
  }
}

}  // namespace

std::string facts_json(advice::Knowledge const& knowledge, rules::Facts const& facts) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (std::size_t i = 0; i < facts.values.size(); ++i) {
    auto const& fact = facts.values[i];
    if (!facts.values.is_read(i) && fact.value != rules::Truth::yes) continue;
    json.begin_object();
    json.member("fact", knowledge.rules.facts[i].id);
    json.member("value", rules::to_string(fact.value));
    json.member("basis", rules::to_string(fact.basis));
    json.member_if("from", fact.from);
    json.member_if("detail", advice::cut_to(fact.detail, kDetailUnits));
    json.end_object();
  }
  json.end_array();
  return out;
}

namespace {

void write_suggestions(JsonWriter& json, std::vector<advice::Suggestion> const& suggestions,
                       References const& references) {
  json.key("suggestions");
  json.begin_array();
  for (auto const& suggestion : suggestions) {
    json.begin_object();
    json.member("uuid", suggestion.uuid);
    json.member("label", suggestion.label);
    json.key("actions");
    json.begin_array();
    for (auto const& action : suggestion.actions) {
      json.begin_object();
      json.member("type", action.type == advice::Action::Type::create   ? "create"
                          : action.type == advice::Action::Type::update ? "update"
                                                                        : "delete");
      json.member_if("description", action.description);
      json.member_if("resourceId", references.kept(action.resource_id));
      // A whole order names its patient: kept only where references are.
      if (!references.hashed() && !action.resource.empty()) {
        json.key("resource");
        json.raw(action.resource);
      }
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_card(JsonWriter& json, advice::Card const& card, References const& references) {
  json.begin_object();
  json.member("uuid", card.uuid);
  json.member("indicator", rules::to_string(card.indicator));
  json.member("summary", card.summary);
  // A card for many orders names all of them; the record of each is about the one.
  if (card.decisions.size() <= 1) json.member_if("detail", card.detail);
  json.member("source", card.source_label);
  write_suggestions(json, card.suggestions, references);
  json.key("overrideReasons");
  json.begin_array();
  for (auto const& reason : card.override_reasons) json.string(reason.code);
  json.end_array();
  json.end_object();
}

/// What of a record is counted, kept or not.
store::DecisionRecord counted(advice::Knowledge const& knowledge, Decision const& decision,
                              std::vector<advice::Card const*> const& cards, RecordOptions const& options) {
  store::DecisionRecord record;
  record.time = options.now;
  record.client = options.client;
  record.tenant = options.tenant;
  record.service = options.service;
  for (auto const* card : cards) record.cards.push_back({card->uuid, std::string(rules::to_string(card->indicator))});
  auto const& findings = decision.findings;
  if (!findings.recommendations.empty()) record.row = knowledge.rules.rows[findings.recommendations[0].row].id;
  if (findings.stance) record.stance = rules::to_string(*findings.stance);
  record.indicator = rules::to_string(findings.indicator);
  auto const& indications = decision.facts.indications;
  if (!indications.empty()) record.condition = knowledge.rules.facts[indications.front().condition].id;
  return record;
}

/// The rest, which is written for the store alone.
void complete(advice::Knowledge const& knowledge, HookRequest const& request, Decision decision,
              std::vector<advice::Card const*> const& cards, RecordOptions const& options,
              store::DecisionRecord& record) {
  record.id = options.ids.next(options.now);
  record.hook_instance = request.hook_instance;
  record.rules_version = knowledge.rules.version;
  record.rules_sha256 = knowledge.rules.sha256;
  JsonWriter cards_json(record.cards_json);
  cards_json.begin_array();
  for (auto const* card : cards) write_card(cards_json, *card, options.references);
  cards_json.end_array();
  keep_references(decision, options.references);
  record.order = decision.order_reference;
  record.patient = decision.patient_reference;
  JsonWriter decision_json(record.decision_json);
  advice::write_decision(decision_json, knowledge, decision);
  record.facts_json = facts_json(knowledge, decision.facts);
  // Findings name other orders and results in their sentences.
  for (auto* text : {&record.decision_json, &record.facts_json, &record.cards_json}) {
    *text = options.references.kept_in_text(std::move(*text));
  }
}

}  // namespace

std::vector<store::DecisionRecord> decision_records(advice::Knowledge const& knowledge, HookRequest const& request,
                                                    std::vector<Decision> decisions,
                                                    std::vector<advice::Card> const& cards,
                                                    RecordOptions const& options) {
  std::vector<std::vector<advice::Card const*>> told(decisions.size());  // the cards of each decision
  for (auto const& card : cards) {
    for (std::size_t const place : card.decisions) told[place].push_back(&card);
  }
  std::vector<store::DecisionRecord> records;
  records.reserve(decisions.size());
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    auto& record = records.emplace_back(counted(knowledge, decisions[i], told[i], options));
    if (options.kept) complete(knowledge, request, std::move(decisions[i]), told[i], options, record);
  }
  return records;
}

}  // namespace ivig::hooks
