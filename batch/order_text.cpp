#include "batch/order_text.h"

#include <vector>

#include "advice/card_text.h"
#include "advice/decision_json.h"
#include "base/csv.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "batch/report_order.h"

namespace ivig::batch {
namespace {

using advice::Decision;
using advice::Knowledge;

std::string ndjson(Knowledge const& knowledge, Decision const& decision, Origin const& origin) {
  std::string text;
  base::JsonWriter json(text);
  advice::write_decision(json, knowledge, decision);
  text.pop_back();  // reopens the object
  if (decision.order->authored) text += ",\"authored\":\"" + day_text(*decision.order->authored) + "\"";
  std::string source;
  base::JsonWriter members(source);
  members.begin_object();
  members.member("file", base::is_utf8(origin.file) ? std::string(origin.file) : base::printable(origin.file));
  members.member("line", origin.line);
  members.end_object();
  return text += ",\"source\":" + source + "}";
}

template <class Items, class Name>
std::string joined(Items const& items, Name&& name) {
  std::string text;
  for (auto const& item : items) (text += text.empty() ? "" : "; ") += name(item);
  return text;
}

std::string csv(Knowledge const& knowledge, Decision const& decision, Origin const& origin) {
  auto const& findings = decision.findings;
  auto const& rules = knowledge.rules;
  rules::Row const* lead =
      findings.recommendations.empty() ? nullptr : &rules.rows[findings.recommendations.front().row];
  auto code = [](rules::CodedFinding const& finding) { return finding.code; };
  std::vector<std::string> const fields{
      base::printable(origin.file),
      std::to_string(origin.line),
      decision.order_reference,
      decision.patient_reference,
      decision.order->authored ? day_text(*decision.order->authored) : "",
      decision.product.name,
      joined(decision.facts.indications, [&](auto const& one) { return rules.facts[one.condition].id; }),
      findings.stance ? std::string(rules::to_string(*findings.stance)) : "",
      std::string(rules::to_string(findings.indicator)),
      lead == nullptr ? "" : lead->id,
      lead == nullptr ? "" : lead->evidence,
      lead == nullptr                              ? ""
      : findings.recommendations.front().candidate ? "candidate"
                                                   : "applies",
      joined(findings.safety, code),
      joined(findings.dose, code),
      joined(findings.missing, [](auto const& one) { return one.fact; }),
      findings.indicator == rules::Indicator::none ? "" : advice::summary_text(knowledge, decision)};
  std::string record;
  for (auto const& field : fields) {
    if (&field != fields.data()) record += ',';
    record += base::csv_field(field);
  }
  return record;
}

}  // namespace

std::string_view csv_header() {
  return "source_file,source_line,order,patient,authored,product,indications,stance,indicator,recommendation,evidence,"
         "state,safety,dose,missing,summary";
}

std::string day_text(base::Day day) { return base::rfc3339(base::Now(day)).substr(0, 10); }

std::string order_text(Format format, Knowledge const& knowledge, Decision const& decision, Origin const& origin) {
  switch (format) {
    case Format::csv: return csv(knowledge, decision, origin);
    case Format::html: return to_bytes(report_order(knowledge, decision, origin));
    case Format::ndjson: break;
  }
  return ndjson(knowledge, decision, origin);
}

}  // namespace ivig::batch
