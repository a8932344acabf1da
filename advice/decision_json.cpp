#include "advice/decision_json.h"

namespace ivig::advice {
namespace {

using base::JsonWriter;
using rules::Truth;

void write_product(JsonWriter& json, Product const& product) {
  json.key("product");
  json.begin_object();
  json.member_if("name", product.name);
  if (!product.concentration_g_per_ml.empty()) {
    json.key("concentration_g_per_ml");
    json.raw(product.concentration_g_per_ml);
  }
  if (product.route_unknown) json.member("route_unknown", true);
  json.end_object();
}

/// The dose as it was read: what the findings rest on.
void write_dose_read(JsonWriter& json, OrderDose const& dose) {
  if (dose.courses.empty()) return;
  json.key("dose_read");
  json.begin_object();
  json.member("text", dose_text(dose));
  json.member("basis", rules::to_string(dose.basis));
  json.member("from", dose.from);
  auto number = [&](char const* name, std::optional<base::Decimal> const& value) {
    if (!value) return;
    json.key(name);
    json.raw(value->short_text());
  };
  if (dose.weight) {
    number("weight_kg", dose.weight->kg);
    json.member("weight_from", dose.weight->from);
    if (dose.weight->measured)
      json.member("weight_date", base::rfc3339(base::Now(*dose.weight->measured)).substr(0, 10));
  }
  json.key("courses");
  json.begin_array();
  for (auto const& course : dose.courses) {
    json.begin_object();
    number("g_per_kg", course.g_per_kg);
    number("g", course.g);
    number("g_per_kg_day", course.day_g_per_kg);
    number("g_day", course.day_g);
    number("days", course.days);
    number("every_weeks", course.weeks);
    number("cycles", course.cycles);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_indications(JsonWriter& json, Knowledge const& knowledge, rules::Facts const& facts, std::string_view name,
                       std::vector<rules::Indication> const& indications) {
  json.key(name);
  json.begin_array();
  for (auto const& indication : indications) {
    json.begin_object();
    json.member("concept", knowledge.rules.facts[indication.condition].id);
    json.member("from", indication.from);
    json.member("basis", rules::to_string(indication.basis));
    if (indication.certainty == Truth::unknown) json.member("state", "candidate");
    if (indication.provisional) json.member("provisional", true);
    if (facts.source == rules::IndicationSource::inferred) json.member("inferred", true);
    json.end_object();
  }
  json.end_array();
}

char const* state_word(Truth state) { return state == Truth::yes ? "met" : state == Truth::no ? "unmet" : "unknown"; }

void write_precondition(JsonWriter& json, Knowledge const& knowledge, rules::Facts const& facts, rules::Row const& row,
                        Truth state) {
  json.key("preconditions");
  json.begin_array();
  json.begin_object();
  json.member("fact", row.precondition->text);
  json.member("state", state_word(state));
  json.key("facts");
  json.begin_array();
  for (auto fact : row.precondition->when.facts()) {
    json.begin_object();
    json.member("fact", knowledge.rules.facts[fact].id);
    json.member("value", rules::to_string(facts.values[fact].value));
    if (facts.values[fact].basis != rules::Basis::none)
      json.member("basis", rules::to_string(facts.values[fact].basis));
    json.member_if("from", facts.values[fact].from);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_array();
}

void write_recommendations(JsonWriter& json, Knowledge const& knowledge, Decision const& decision) {
  json.key("recommendations");
  json.begin_array();
  for (auto const& recommendation : decision.findings.recommendations) {
    auto const& row = knowledge.rules.rows[recommendation.row];
    json.begin_object();
    json.member("id", row.id);
    json.member("stance", rules::to_string(row.stance));
    json.member("evidence", row.evidence);
    json.member("state", recommendation.candidate ? "candidate" : "applies");
    if (recommendation.precondition)
      write_precondition(json, knowledge, decision.facts, row, *recommendation.precondition);
    json.end_object();
  }
  json.end_array();
}

/// Exceptions that another guideline makes from the leading advice; unmet ones are no recommendations.
void write_exceptions(JsonWriter& json, Knowledge const& knowledge, rules::Findings const& findings) {
  if (findings.exceptions.empty()) return;
  json.key("exceptions");
  json.begin_array();
  for (auto const& exception : findings.exceptions) {
    auto const& row = knowledge.rules.rows[exception.row];
    json.begin_object();
    json.member("recommendation", row.id);
    json.member("text", row.exception->text);
    json.member("state", state_word(exception.state));
    json.member("override_code", row.exception->reason.code);
    json.end_object();
  }
  json.end_array();
}

void write_coded(JsonWriter& json, std::string_view name, std::vector<rules::CodedFinding> const& findings) {
  json.key(name);
  json.begin_array();
  for (auto const& finding : findings) {
    json.begin_object();
    json.member("code", finding.code);
    json.member("indicator", rules::to_string(finding.indicator));
    json.member("detail", finding.text);
    json.member_if("source", finding.cites);
    json.end_object();
  }
  json.end_array();
}

void write_missing(JsonWriter& json, Decision const& decision) {
  json.key("missing");
  json.begin_array();
  auto write = [&](std::string_view fact, std::string_view ask, std::string_view change) {
    json.begin_object();
    json.member("fact", fact);
    json.member("ask", ask);
    json.member_if("would_change", change);
    json.end_object();
  };
  for (auto const& missing : decision.findings.missing) write(missing.fact, missing.ask, missing.would_change);
  if (decision.product.route_unknown) write("route", "Is the order for intravenous or subcutaneous use?", "");
  for (auto const& gap : decision.gaps) {
    std::string const whose = gap.starts_with("the ") ? "T" + gap.substr(1) : "The patient's " + gap;
    write(gap, whose + " were not available: what do they hold?", "");
  }
  json.end_array();
}

}  // namespace

std::string_view source_word(rules::IndicationSource source) {
  using rules::IndicationSource;
  switch (source) {
    case IndicationSource::reason: return "reason";
    case IndicationSource::inferred: return "inferred";
    case IndicationSource::outside: return "outside";
    case IndicationSource::unmatched: return "unmatched";
    case IndicationSource::none: break;
  }
  return "none";
}

/// What of the reason was not positively understood.
void write_doubts(JsonWriter& json, rules::Facts const& facts) {
  if (facts.doubts.empty()) return;
  json.key("doubts");
  json.begin_array();
  for (auto const& doubt : facts.doubts) {
    json.begin_object();
    json.member("notice", doubt.notice);
    json.member("words", doubt.words);
    json.end_object();
  }
  json.end_array();
}

void write_decision(JsonWriter& json, Knowledge const& knowledge, Decision const& decision) {
  auto const& findings = decision.findings;
  json.begin_object();
  json.member("order", decision.order_reference);
  json.member("patient", decision.patient_reference);
  write_product(json, decision.product);
  write_dose_read(json, decision.dose);
  write_indications(json, knowledge, decision.facts, "indications", decision.facts.indications);
  json.member("indication_source", source_word(decision.facts.source));
  if (decision.facts.reason_denied) json.member("reason_denied", true);
  if (decision.facts.reason_refuted) json.member("reason_refuted", true);
  if (!decision.facts.doubtful.empty()) {
    json.key("doubtful");
    json.begin_array();
    for (auto const fact : decision.facts.doubtful) json.string(knowledge.rules.facts[fact].id);
    json.end_array();
  }
  if (!decision.facts.contradicting.empty())
    write_indications(json, knowledge, decision.facts, "contradicting", decision.facts.contradicting);
  if (!decision.facts.outside.empty())
    write_indications(json, knowledge, decision.facts, "outside", decision.facts.outside);
  write_doubts(json, decision.facts);
  json.key("stance");
  if (findings.stance) json.string(rules::to_string(*findings.stance));
  else json.raw("null");
  json.member("indicator", rules::to_string(findings.indicator));
  write_recommendations(json, knowledge, decision);
  write_exceptions(json, knowledge, findings);
  write_coded(json, "safety", findings.safety);
  write_coded(json, "dose", findings.dose);
  write_missing(json, decision);
  if (!findings.notices.empty()) {
    json.key("notices");
    json.begin_array();
    for (auto const& notice : findings.notices) json.string(notice);
    json.end_array();
  }
  json.end_object();
}

std::string decisions_json(Knowledge const& knowledge, std::vector<Decision> const& decisions,
                           std::vector<SkippedOrder> const& skipped) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("rules");
  json.begin_object();
  json.member("version", knowledge.rules.version);
  json.member("sha256", knowledge.rules.sha256);
  json.end_object();
  json.key("decisions");
  json.begin_array();
  for (auto const& decision : decisions) write_decision(json, knowledge, decision);
  json.end_array();
  json.key("skipped");
  json.begin_array();
  for (auto const& order : skipped) {
    json.begin_object();
    json.member("order", order.order_reference);
    json.member("why", order.why);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::advice
