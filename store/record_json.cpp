#include "store/record_json.h"

#include <array>
#include <utility>

#include "base/json_body.h"
#include "base/json_read.h"
#include "base/json_write.h"

namespace ivig::store {
namespace {

using base::Json;
using base::JsonWriter;

template <class Record>
using TextMember = std::pair<std::string_view, std::string Record::*>;

constexpr std::array<TextMember<DecisionRecord>, 16> kDecisionTexts{{
    {"id", &DecisionRecord::id},
    {"hookInstance", &DecisionRecord::hook_instance},
    {"client", &DecisionRecord::client},
    {"tenant", &DecisionRecord::tenant},
    {"service", &DecisionRecord::service},
    {"order", &DecisionRecord::order},
    {"patient", &DecisionRecord::patient},
    {"rulesVersion", &DecisionRecord::rules_version},
    {"rulesSha256", &DecisionRecord::rules_sha256},
    {"row", &DecisionRecord::row},
    {"stance", &DecisionRecord::stance},
    {"indicator", &DecisionRecord::indicator},
    {"condition", &DecisionRecord::condition},
    // As text, not as JSON: they come back byte for byte.
    {"decision", &DecisionRecord::decision_json},
    {"facts", &DecisionRecord::facts_json},
    {"cardsSent", &DecisionRecord::cards_json},
}};

constexpr std::array<TextMember<FeedbackRecord>, 7> kFeedbackTexts{{
    {"client", &FeedbackRecord::client},
    {"card", &FeedbackRecord::card},
    {"outcome", &FeedbackRecord::outcome},
    {"reasonCode", &FeedbackRecord::reason_code},
    {"reasonSystem", &FeedbackRecord::reason_system},
    {"reasonDisplay", &FeedbackRecord::reason_display},
    {"userComment", &FeedbackRecord::user_comment},
}};

std::int64_t integer_of(Json const& object, std::string_view name) {
  Json const* value = base::member(object, name);
  return value == nullptr ? 0 : base::as_integer(*value).value_or(0);
}

Time time_of(Json const& object, std::string_view name) {
  return Time{std::chrono::milliseconds{integer_of(object, name)}};
}

template <class Record, std::size_t N>
void write_texts(JsonWriter& json, Record const& record, std::array<TextMember<Record>, N> const& members) {
  for (auto const& [name, member] : members) json.member_if(name, record.*member);
}

template <class Record, std::size_t N>
void read_texts(Json const& object, Record& record, std::array<TextMember<Record>, N> const& members) {
  for (auto const& [name, member] : members) record.*member = base::string_member(object, name);
}

DecisionRecord read_decision(Json const& object) {
  DecisionRecord decision;
  read_texts(object, decision, kDecisionTexts);
  decision.time = time_of(object, "time");
  decision.latency_us = integer_of(object, "latencyUs");
  base::each(object, "cards", [&](Json const& card, std::size_t) {
    decision.cards.push_back(
        {std::string(base::string_member(card, "uuid")), std::string(base::string_member(card, "indicator"))});
  });
  return decision;
}

FeedbackRecord read_feedback(Json const& object) {
  FeedbackRecord entry;
  read_texts(object, entry, kFeedbackTexts);
  entry.outcome_time = time_of(object, "outcomeTime");
  entry.received = time_of(object, "received");
  base::each(object, "acceptedSuggestions", [&](Json const& suggestion, std::size_t) {
    entry.accepted_suggestions.emplace_back(base::as_string(suggestion));
  });
  return entry;
}

}  // namespace

std::string record_line(DecisionRecord const& decision) {
  std::string line;
  line.reserve(1024 + decision.decision_json.size() + decision.facts_json.size() + decision.cards_json.size());
  JsonWriter json(line);
  json.begin_object();
  json.member("type", "decision");
  json.member("time", decision.time.time_since_epoch().count());
  write_texts(json, decision, kDecisionTexts);
  json.member("latencyUs", decision.latency_us);
  json.key("cards");
  json.begin_array();
  for (auto const& card : decision.cards) {
    json.begin_object();
    json.member("uuid", card.uuid);
    json.member("indicator", card.indicator);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return line;
}

std::string record_line(FeedbackRecord const& entry) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.member("type", "feedback");
  write_texts(json, entry, kFeedbackTexts);
  json.member("outcomeTime", entry.outcome_time.time_since_epoch().count());
  json.member("received", entry.received.time_since_epoch().count());
  json.key("acceptedSuggestions");
  json.begin_array();
  for (auto const& suggestion : entry.accepted_suggestions) json.string(suggestion);
  json.end_array();
  json.end_object();
  return line;
}

base::Result<SpooledRecord> parse_record_line(std::string_view line) {
  auto body = base::JsonBody::parse(std::string(line), {});
  if (!body) return tl::unexpected(body.error());
  std::string_view const type = base::string_member((*body)->root(), "type");
  if (type == "decision") return SpooledRecord(read_decision((*body)->root()));
  if (type == "feedback") return SpooledRecord(read_feedback((*body)->root()));
  return base::fail(base::Errc::invalid_value, "type", "must be decision or feedback");
}

}  // namespace ivig::store
