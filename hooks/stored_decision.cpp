#include "hooks/stored_decision.h"

#include <cstdio>

#include "base/csv.h"
#include "base/instant.h"
#include "base/json_write.h"

namespace ivig::hooks {
namespace {

using base::JsonWriter;
using store::StoredDecision;

/// Milliseconds with three decimals, without binary floating point.
std::string milliseconds(std::int64_t microseconds) {
  std::string fraction = std::to_string(microseconds % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(microseconds / 1000) + "." + fraction;
}

void write_override_reason(JsonWriter& json, store::FeedbackRecord const& entry) {
  json.key("overrideReason");
  if (entry.reason_code.empty() && entry.reason_display.empty()) {
    json.raw("null");
    return;
  }
  json.begin_object();
  json.member_if("code", entry.reason_code);
  json.member_if("system", entry.reason_system);
  json.member_if("display", entry.reason_display);
  json.end_object();
}

void write_feedback(JsonWriter& json, std::vector<store::FeedbackRecord> const& feedback) {
  json.key("feedback");
  json.begin_array();
  for (auto const& entry : feedback) {
    json.begin_object();
    json.member("card", entry.card);
    json.member("outcome", entry.outcome);
    write_override_reason(json, entry);
    json.key("userComment");
    if (entry.user_comment.empty()) json.raw("null");
    else json.string(entry.user_comment);
    if (!entry.accepted_suggestions.empty()) {
      json.key("acceptedSuggestions");
      json.begin_array();
      for (auto const& id : entry.accepted_suggestions) json.string(id);
      json.end_array();
    }
    json.member("outcomeTimestamp", base::rfc3339_ms(entry.outcome_time));
    json.member("received", base::rfc3339_ms(entry.received));
    json.end_object();
  }
  json.end_array();
}

/// What a list shows where the documents were not asked for.
void write_summary(JsonWriter& json, store::DecisionRecord const& record) {
  json.member("order", record.order);
  json.member("patient", record.patient);
  json.key("stance");
  if (record.stance.empty()) json.raw("null");
  else json.string(record.stance);
  json.member("indicator", record.indicator);
  json.key("cards");
  json.begin_array();
  for (auto const& card : record.cards) {
    json.begin_object();
    json.member("uuid", card.uuid);
    json.member("indicator", card.indicator);
    json.end_object();
  }
  json.end_array();
}

void write_who(JsonWriter& json, store::Reviewer const& by, store::Time time) {
  json.key("by");
  json.begin_object();
  json.member("subject", by.subject);
  json.member("name", by.name);
  json.end_object();
  json.member("time", base::rfc3339_ms(time));
}

}  // namespace

std::string stored_decision_json(StoredDecision const& decision) {
  auto const& record = decision.record;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("id", record.id);
  json.member("time", base::rfc3339_ms(record.time));
  json.member("hookInstance", record.hook_instance);
  json.member("client", record.client);
  json.key("tenant");
  if (record.tenant.empty()) json.raw("null");
  else json.string(record.tenant);
  json.member("service", record.service);
  json.key("rules");
  json.begin_object();
  json.member("version", record.rules_version);
  json.member("sha256", record.rules_sha256);
  json.end_object();
  json.key("recommendation");
  if (record.row.empty()) json.raw("null");
  else json.string(record.row);
  json.member("outcome", decision.outcome);
  json.member("determination", decision.determination);
  json.key("latency_ms");
  json.raw(milliseconds(record.latency_us));
  if (record.decision_json.size() > 2) {
    // The members of the decision object, as they were written.
    out += ',';
    out.append(record.decision_json, 1, record.decision_json.size() - 2);
    json.key("facts");
    json.raw(record.facts_json);
    json.key("cards");
    json.raw(record.cards_json);
  } else {
    write_summary(json, record);
  }
  json.member("feedbackCount", static_cast<std::int64_t>(decision.feedback_count));
  write_feedback(json, decision.feedback);
  json.end_object();
  return out;
}

std::string reviewed_decision_json(StoredDecision const& decision, store::DecisionReview const& review) {
  std::string out = stored_decision_json(decision);
  out.back() = ',';
  out += "\"review\":";
  JsonWriter json(out);
  json.begin_object();
  json.key("determinations");
  json.begin_array();
  for (auto const& made : review.determinations) {
    json.begin_object();
    json.member("verdict", made.verdict);
    json.member_if("note", made.note);
    write_who(json, made.by, made.time);
    json.end_object();
  }
  json.end_array();
  json.key("answers");
  json.begin_array();
  for (auto const& given : review.answers) {
    json.begin_object();
    json.member("fact", given.fact);
    json.member("value", given.value);
    write_who(json, given.by, given.time);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out + "}";
}

std::string_view csv_heading() {
  return "id,time,hookInstance,client,tenant,service,order,patient,rules_version,recommendation,stance,indicator,cards,"
         "outcome,override_reason,user_comment,outcomeTimestamp,latency_ms,condition,determination\r\n";
}

std::string stored_decision_csv(StoredDecision const& decision) {
  auto const& record = decision.record;
  std::string cards;
  for (auto const& card : record.cards) cards += (cards.empty() ? "" : " ") + card.uuid;
  store::FeedbackRecord const none{};
  auto const& newest = decision.feedback.empty() ? none : decision.feedback.back();
  std::string const& reason = newest.reason_code.empty() ? newest.reason_display : newest.reason_code;
  std::string line;
  for (std::string const& text : {record.id,
                                  base::rfc3339_ms(record.time),
                                  record.hook_instance,
                                  record.client,
                                  record.tenant,
                                  record.service,
                                  record.order,
                                  record.patient,
                                  record.rules_version,
                                  record.row,
                                  record.stance,
                                  record.indicator,
                                  cards,
                                  decision.outcome,
                                  reason,
                                  newest.user_comment,
                                  decision.feedback.empty() ? std::string() : base::rfc3339_ms(newest.outcome_time),
                                  milliseconds(record.latency_us),
                                  record.condition,
                                  decision.determination}) {
    if (!line.empty()) line += ',';
    line += base::csv_field(text);
  }
  return line + "\r\n";
}

std::string override_rates_json(std::vector<store::OverrideRate> const& rates) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("rows");
  json.begin_array();
  for (auto const& rate : rates) {
    std::int64_t const answered = rate.accepted + rate.overridden;
    json.begin_object();
    json.key("row");
    if (rate.row.empty()) json.raw("null");
    else json.string(rate.row);
    json.member("decisions", rate.decisions);
    json.member("cards", rate.cards);
    json.member("accepted", rate.accepted);
    json.member("overridden", rate.overridden);
    json.member("no_feedback", rate.cards - answered);
    json.key("override_rate");
    if (answered == 0) {
      json.raw("null");
    } else {
      std::string fraction = std::to_string(rate.overridden * 1000 / answered % 1000);
      fraction.insert(0, 3 - fraction.size(), '0');
      json.raw(std::to_string(rate.overridden / answered) + "." + fraction);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::hooks
