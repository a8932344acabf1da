#include "tests/growth/growth_inputs.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace ivig::test {
namespace {

constexpr std::string_view kWords =
    "No evidence of GBS or CIDP, possible MG; history of stroke: anti-MAG antibody positive, prednisone failed. ";

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  out.resize(bytes);
  return out;
}

/// An object that most readers find something in.
std::string any_object(std::size_t number, std::string_view more = {}) {
  std::string const n = std::to_string(number);
  return R"({"text":"CIDP )" + n + R"(","system":"http://hl7.org/fhir/sid/icd-10-cm","code":"G)" + n +
         R"(","display":"prednisone )" + n + R"(","value":)" + n + R"(,"unit":"g","reference":"Condition/c)" + n +
         R"(","id":"i)" + n + R"(","linkId":"q)" + n + R"(","url":"u)" + n + "\"" + std::string(more) + "}";
}

std::string list(std::size_t count, std::string (*item)(std::size_t)) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.append(i == 0 ? "" : ",").append(item(i));
  return out;
}

std::string entries(std::string const& resources) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" + resources + "]}";
}

std::string entry(std::string const& resource) { return R"({"resource":)" + resource + "}"; }

/// The members of the order that stand in the way of none at another place.
constexpr std::string_view kOrder =
    R"("resourceType":"MedicationRequest","id":"o1","status":"draft","intent":"order","subject":{"reference":"Patient/p1"})";

std::string request(std::string const& drafts, std::string const& chart, std::string const& body_member = {}) {
  return R"({"hook":"order-sign","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea","context":{"userId":)"
         R"("Practitioner/x","patientId":"p1","draftOrders":)" +
         entries(drafts) +
         R"(},"prefetch":{"patient":{"resourceType":"Patient","id":"p1","gender":"female"},"chart":)" + entries(chart) +
         "}" + (body_member.empty() ? "" : "," + body_member) + "}";
}

/// A resource of the chart: `{"resourceType":T,...}` with the member.
std::string chart_with(std::string_view head, std::string_view member) {
  std::string const order = "{" + std::string(kOrder) +
                            R"(,"medicationCodeableConcept":{"text":"Privigen"},"reasonCode":[{"text":"CIDP"}],)"
                            R"("dosageInstruction":[{"text":"0.4 g/kg daily for 5 days"}]})";
  std::string const resource = "{" + std::string(head) + R"("subject":{"reference":"Patient/p1"})" +
                               (member.empty() ? "" : "," + std::string(member)) + "}";
  return request(entry(order), entry(resource));
}

/// The order with `members` behind its head; `dosage` and the drug only where they are not what is being grown.
std::string order_with(std::string const& members, bool dosage = true, bool drug = true) {
  std::string const order = "{" + std::string(kOrder) +
                            (drug ? R"(,"medicationCodeableConcept":{"text":"Privigen"})" : "") +
                            (dosage ? R"(,"dosageInstruction":[{"text":"0.4 g/kg daily for 5 days"}])" : "") +
                            (members.empty() ? "" : "," + members) + "}";
  return request(entry(order), entry(R"({"resourceType":"Condition","id":"c1","code":{"text":"CIDP"}})"));
}

std::string in_dosage(std::string const& member, std::string_view before, std::string_view behind) {
  return order_with(R"("dosageInstruction":[{)" + std::string(before) + member + std::string(behind) + "}]", false);
}

using Build = std::string (*)(std::string_view member);

/// Place -> the request with a member there.
std::map<std::string_view, Build> const& places() {
  static std::map<std::string_view, Build> const all{
      {"request",
       [](std::string_view m) { return request(entry("{" + std::string(kOrder) + "}"), "", std::string(m)); }},
      {"context",
       [](std::string_view m) {
         std::string whole = order_with("");
         std::string const member = m.empty() ? std::string() : std::string(m) + ",";
         return whole.insert(whole.find(R"("userId")"), member);
       }},
      {"prefetch",
       [](std::string_view m) {
         std::string whole = order_with("");
         std::string const member = m.empty() ? std::string() : std::string(m) + ",";
         return whole.insert(whole.find(R"("patient":)"), member);
       }},
      {"bundle",
       [](std::string_view m) {
         std::string whole = order_with("");
         std::string const member = m.empty() ? std::string() : std::string(m) + ",";
         return whole.insert(whole.rfind(R"("resourceType":"Bundle")"), member);
       }},
      {"Patient",
       [](std::string_view m) {
         std::string whole = order_with("");
         std::string const member = m.empty() ? std::string() : std::string(m) + ",";
         return whole.insert(whole.find(R"("gender")"), member);
       }},
      {"Condition",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"Condition","id":"x","code":{"text":"CIDP"},)", m);
       }},
      {"Condition.code",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"Condition","id":"x",)", R"("code":{)" + std::string(m) + "}");
       }},
      {"Observation",
       [](std::string_view m) { return chart_with(R"("resourceType":"Observation","id":"x","status":"final",)", m); }},
      {"Observation.component",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"Observation","id":"x","status":"final",)",
                           R"("component":[{)" + std::string(m) + "}]");
       }},
      {"AllergyIntolerance",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"AllergyIntolerance","id":"x","code":{"text":"immune globulin"},)", m);
       }},
      {"AllergyIntolerance.reaction",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"AllergyIntolerance","id":"x","code":{"text":"immune globulin"},)",
                           R"("reaction":[{)" + std::string(m) + "}]");
       }},
      {"MedicationStatement",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"MedicationStatement","id":"x","status":"completed",)", m);
       }},
      {"Procedure",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"Procedure","id":"x","status":"completed",)", m);
       }},
      {"active order",
       [](std::string_view m) {
         return chart_with(
             R"("resourceType":"MedicationRequest","id":"x","status":"active","authoredOn":"2026-11-01",)", m);
       }},
      {"QuestionnaireResponse",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"QuestionnaireResponse","id":"x","status":"completed",)", m);
       }},
      {"QuestionnaireResponse.item",
       [](std::string_view m) {
         return chart_with(R"("resourceType":"QuestionnaireResponse","id":"x","status":"completed",)",
                           R"("item":[{"linkId":"a",)" + std::string(m.empty() ? R"("x":1)" : m) + "}]");
       }},
      {"order", [](std::string_view m) { return order_with(std::string(m)); }},
      {"order without drug", [](std::string_view m) { return order_with(std::string(m), true, false); }},
      {"order's dosage", [](std::string_view m) { return in_dosage(std::string(m), "", ""); }},
      {"order's doseAndRate",
       [](std::string_view m) { return in_dosage(std::string(m), R"("doseAndRate":[{)", "}]"); }},
      {"order's timing",
       [](std::string_view m) {
         return in_dosage(std::string(m), R"("doseQuantity":{"value":25,"unit":"g"},"timing":{)", "}");
       }},
      {"order's repeat",
       [](std::string_view m) {
         return in_dosage(std::string(m), R"("doseQuantity":{"value":25,"unit":"g"},"timing":{"repeat":{)", "}}");
       }},
      {"contained Medication",
       [](std::string_view m) {
         return order_with(
             R"("medicationReference":{"reference":"#m"},"contained":[{"resourceType":"Medication","id":"m")" +
                 std::string(m.empty() ? "" : ",") + std::string(m) + "}]",
             true, false);
       }},
      {"ingredient",
       [](std::string_view m) {
         return order_with(
             R"("medicationReference":{"reference":"#m"},"contained":[{"resourceType":"Medication","id":"m",)"
             R"("ingredient":[{)" +
                 std::string(m) + "}]}]",
             true, false);
       }},
  };
  return all;
}

std::string condition(std::size_t i) {
  std::string const n = std::to_string(i);
  return entry(R"({"resourceType":"Condition","id":"k)" + n + R"(","code":{"text":"GBS, day )" + n +
               R"("},"note":[{"text":"No GBS, possible CIDP; prednisone failed, anti-MAG positive"}]})");
}

std::string observation(std::size_t i) {
  std::string const n = std::to_string(i);
  return entry(R"({"resourceType":"Observation","id":"k)" + n +
               R"(","status":"final","code":{"text":"IgA"},"valueQuantity":{"value":)" + n + R"(,"unit":"mg/dL"}})");
}

std::string allergy(std::size_t i) {
  return entry(R"({"resourceType":"AllergyIntolerance","id":"k)" + std::to_string(i) +
               R"(","code":{"text":"immune globulin"},"reaction":[{"manifestation":[{"text":"anaphylaxis"}]}]})");
}

std::string statement(std::size_t i) {
  return entry(
      R"({"resourceType":"MedicationStatement","id":"k)" + std::to_string(i) +
      R"(","status":"completed","medicationCodeableConcept":{"text":"prednisone"},"note":[{"text":"failed"}]})");
}

/// Of days that follow each other, so that they make one course.
std::string dated_order(std::size_t i, std::string_view id, std::string_view status) {
  std::string const n = std::to_string(i);
  std::string const year = std::to_string(2000 + i / 336), month = std::to_string(i / 28 % 12 + 1),
                    day = std::to_string(i % 28 + 1);
  std::string const date =
      year + "-" + (month.size() == 1 ? "0" : "") + month + "-" + (day.size() == 1 ? "0" : "") + day;
  return entry(R"({"resourceType":"MedicationRequest","id":")" + std::string(id) + n + R"(","status":")" +
               std::string(status) +
               R"(","intent":"order","medicationCodeableConcept":{"text":"Privigen"},"identifier":)"
               R"([{"system":"s","value":"v)" +
               n + R"("}],"dosageInstruction":[{"text":"25 g once","timing":{"event":[")" + date + R"("]}}]})");
}

std::string lone_order() {
  return entry("{" + std::string(kOrder) +
               R"(,"medicationCodeableConcept":{"text":"Privigen"},"reasonCode":[{"text":"Guillain-Barre syndrome"}],)"
               R"("identifier":[{"system":"s","value":"own"}],)"
               R"("dosageInstruction":[{"text":"25 g once","timing":{"event":["2000-01-01"]}}]})");
}

std::string chart_of(std::size_t count, std::string (*item)(std::size_t)) {
  return request(lone_order(), list(count, item));
}

}  // namespace

std::vector<Reader> const& readers() {
  static std::vector<std::string_view> const orders{"order", "order without drug", "active order"};
  static std::vector<std::string_view> const resources{"Condition",           "Observation", "AllergyIntolerance",
                                                       "MedicationStatement", "Procedure",   "order"};
  static std::vector<Reader> const all{
      {"fhir/contents.cpp", {"bundle", "prefetch", "Condition"}},
      {"fhir/gather.cpp", {"bundle", "prefetch", "Condition"}},
      {"fhir/missing_references.cpp", orders},
      {"fhir/read_allergy.cpp", {"AllergyIntolerance", "AllergyIntolerance.reaction"}},
      {"fhir/read_concept.cpp", {"Condition", "Condition.code", "MedicationStatement"}},
      {"fhir/read_condition.cpp", {"Condition"}},
      {"fhir/read_dosage.cpp", {"order's dosage", "order's doseAndRate", "order's timing", "order's repeat"}},
      {"fhir/read_drug.cpp", {"order without drug", "MedicationStatement", "contained Medication", "ingredient"}},
      {"fhir/read_observation.cpp", {"Observation", "Observation.component"}},
      {"fhir/read_order.cpp", orders},
      {"fhir/read_questionnaire_response.cpp", {"QuestionnaireResponse", "QuestionnaireResponse.item"}},
      {"fhir/read_reasons.cpp", {"order", "MedicationStatement"}},
      {"fhir/read_resources.cpp", {"Patient"}},
      {"fhir/read_treatment.cpp", {"MedicationStatement", "Procedure"}},
      {"fhir/resource_index.cpp", resources},
      {"fhir/owner.cpp", resources},
      {"fhir/read_timing.cpp", {"order's timing", "order's repeat"}},
      {"fhir/timing_bounds.cpp", {"order's repeat"}},
      {"fhir/version.cpp", {"order", "bundle"}},
      {"hooks/draft_orders.cpp", {"order"}},
      {"hooks/hook_request.cpp", {"request", "context"}},
      {"advice/dose_parts.cpp", {"order's dosage"}},
      {"advice/product.cpp", {"order", "order's dosage"}},
      {"advice/order_update.cpp", {"order", "order's dosage", "order's doseAndRate"}},
  };
  return all;
}

std::vector<std::string> member_names(std::string const& source) {
  std::set<std::string> names;
  for (std::size_t open = source.find('"'); open != std::string::npos; open = source.find('"', open)) {
    std::size_t const close = source.find('"', open + 1);
    if (close == std::string::npos) break;
    std::string const name = source.substr(open + 1, close - open - 1);
    bool const is_name = !name.empty() && std::islower(static_cast<unsigned char>(name.front())) != 0 &&
                         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    if (is_name) names.insert(name);
    open = close + 1;
  }
  return {names.begin(), names.end()};
}

std::string_view name_of(Shape shape) {
  switch (shape) {
    case Shape::string: return "string";
    case Shape::strings: return "strings";
    case Shape::objects: return "objects";
    case Shape::codings: return "codings";
    case Shape::members: return "members";
    case Shape::nest: return "nest";
  }
  return "";
}

std::string value_of(Shape shape, std::string_view member, std::size_t count) {
  switch (shape) {
    case Shape::string: return "\"" + repeated(kWords, 100 * count) + "\"";
    case Shape::strings:
      return "[" + list(count, [](std::size_t i) { return "\"2026-01-0" + std::to_string(i % 9 + 1) + " GBS\""; }) +
             "]";
    case Shape::objects: return "[" + list(count, [](std::size_t i) { return any_object(i); }) + "]";
    case Shape::codings:
      return any_object(0, R"(,"coding":[)" + list(count, [](std::size_t i) { return any_object(i); }) + "]");
    case Shape::members:
      return "{" + list(count, [](std::size_t i) { return "\"member" + std::to_string(i) + "\":1"; }) + "}";
    case Shape::nest: break;
  }
  std::string nest = "{}";
  for (int depth = 0; depth < 20; ++depth) nest = "{\"" + std::string(member) + "\":[" + nest + "]}";
  std::string out = "[";
  for (std::size_t i = 0; i < count / 20 + 1; ++i) out.append(i == 0 ? "" : ",").append(nest);
  return out + "]";
}

std::string request_with(std::string_view place, std::string_view member) { return places().at(place)(member); }

std::vector<Kind> const& kinds() {
  static std::vector<Kind> const all{
      {"conditions", [](std::size_t n) { return chart_of(n, condition); }},
      {"observations", [](std::size_t n) { return chart_of(n, observation); }},
      {"allergies", [](std::size_t n) { return chart_of(n, allergy); }},
      {"treatments", [](std::size_t n) { return chart_of(n, statement); }},
      {"active orders of a course",
       [](std::size_t n) { return chart_of(n, [](std::size_t i) { return dated_order(i + 1, "k", "active"); }); }},
      {"active orders at one time",
       [](std::size_t n) { return chart_of(n, [](std::size_t) { return dated_order(0, "k", "active"); }); }},
      {"answers",
       [](std::size_t n) {
         return chart_of(n, [](std::size_t i) {
           return entry(R"({"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"q)" +
                        std::to_string(i) + R"(","answer":[{"valueBoolean":true}]}]})");
         });
       }},
      {"other drafts",
       [](std::size_t n) {
         return request(
             lone_order() + (n == 0 ? "" : ",") +
                 list(n,
                      [](std::size_t i) {
                        return entry(R"({"resourceType":"MedicationRequest","id":"a)" + std::to_string(i) +
                                     R"(","status":"draft","medicationCodeableConcept":{"text":"aspirin"}})");
                      }),
             "");
       }},
      {"orders of a course",
       [](std::size_t n) {
         return request(list(n, [](std::size_t i) { return dated_order(i, "o", "draft"); }), condition(1));
       }},
      {"orders at one time",
       [](std::size_t n) {
         return request(list(n,
                             [](std::size_t i) {
                               std::string order = dated_order(0, "o", "draft");
                               return order.replace(order.find("\"o0\""), 4, "\"o" + std::to_string(i) + "\"");
                             }),
                        condition(1));
       }},
  };
  return all;
}

}  // namespace ivig::test
