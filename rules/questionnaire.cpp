#include "rules/questionnaire.h"

#include "base/json_write.h"

namespace ivig::rules {

std::string questionnaire(RuleSet const& rules) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("resourceType", "Questionnaire");
  json.member("url", "urn:ivig-cds:Questionnaire:facts");
  json.member("version", rules.version);
  json.member("name", "IvigOrderFacts");
  json.member("title", "Facts that decide about an order for intravenous immune globulin");
  json.member("status", "active");
  json.key("subjectType");
  json.begin_array();
  json.string("Patient");
  json.end_array();
  json.key("item");
  json.begin_array();
  for (auto const& fact : rules.facts) {
    if (fact.ask.empty()) continue;
    json.begin_object();
    json.member("linkId", fact.id);
    json.member("text", fact.ask);
    json.member("type", "boolean");
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::rules
