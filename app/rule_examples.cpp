#include "app/rule_examples.h"

#include <algorithm>
#include <chrono>

#include "app/case_input.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "rules/rule_file.h"

namespace ivig::app {
namespace {

using base::Json;
using base::JsonWriter;
using base::string_member;

std::string date_text(base::Day day) { return base::rfc3339(base::Now(day)).substr(0, 10); }

/// Writes one example of docs/rule-form.md as a FHIR R4 Bundle.
class BundleWriter {
 public:
  BundleWriter(Json const& example, std::string const& product, base::Day today)
      : example_(example), product_(product), today_(today), json_(text_) {}

  std::string write() {
    json_.begin_object();
    json_.member("resourceType", "Bundle");
    json_.member("type", "collection");
    json_.key("entry");
    json_.begin_array();
    patient();
    base::each(example_, "conditions", [&](Json const& item, std::size_t i) { condition(item, i); });
    base::each(example_, "results", [&](Json const& item, std::size_t i) { result(item, i); });
    base::each(example_, "treatments", [&](Json const& item, std::size_t i) { treatment(item, i); });
    order();
    base::each(example_, "drafts", [&](Json const& item, std::size_t i) { draft(item, i); });
    json_.end_array();
    json_.end_object();
    return std::move(text_);
  }

 private:
  void open(char const* type, std::string const& id) {
    json_.begin_object();
    json_.key("resource");
    json_.begin_object();
    json_.member("resourceType", type);
    json_.member("id", id);
  }
  void close() {
    json_.end_object();
    json_.end_object();
  }
  void subject() {
    json_.key("subject");
    json_.begin_object();
    json_.member("reference", "Patient/example");
    json_.end_object();
  }
  void concept_member(char const* name, std::string_view system, std::string_view code, std::string_view text) {
    json_.key(name);
    concept_value(system, code, text);
  }
  void concept_value(std::string_view system, std::string_view code, std::string_view text) {
    json_.begin_object();
    if (!code.empty()) {
      json_.key("coding");
      json_.begin_array();
      json_.begin_object();
      json_.member_if("system", system);
      json_.member("code", code);
      json_.end_object();
      json_.end_array();
    }
    json_.member_if("text", text);
    json_.end_object();
  }
  void note(std::string_view words) {
    if (words.empty()) return;
    json_.key("note");
    json_.begin_array();
    json_.begin_object();
    json_.member("text", words);
    json_.end_object();
    json_.end_array();
  }

  void patient() {
    open("Patient", "example");
    if (Json const* who = base::object_member(example_, "patient"); who != nullptr) {
      json_.member_if("gender", string_member(*who, "sex"));
      if (auto age = rules::integer(*who, "age")) {
        // Half a year past the birthday, so that the age holds on any day.
        json_.member("birthDate", date_text(today_ - std::chrono::days(*age * 365 + *age / 4 + 182)));
      }
    }
    close();
  }

  void condition(Json const& item, std::size_t place) {
    open("Condition", "c" + std::to_string(place));
    subject();
    auto status = string_member(item, "status");
    auto verification = string_member(item, "verification");
    if (!status.empty())
      concept_member("clinicalStatus", "http://terminology.hl7.org/CodeSystem/condition-clinical", status, "");
    if (!verification.empty()) {
      concept_member("verificationStatus", "http://terminology.hl7.org/CodeSystem/condition-ver-status", verification,
                     "");
    }
    concept_member("code", string_member(item, "system"), string_member(item, "code"), string_member(item, "text"));
    if (auto days = rules::integer(item, "onset_days_ago"))
      json_.member("onsetDateTime", date_text(today_ - std::chrono::days(*days)));
    note(string_member(item, "note"));
    close();
  }

  void result(Json const& item, std::size_t place) {
    open("Observation", "o" + std::to_string(place));
    subject();
    auto value = string_member(item, "value");
    json_.member("status", value == "pending" ? "registered" : "final");
    concept_member("code", string_member(item, "system"), string_member(item, "code"), string_member(item, "text"));
    json_.member("effectiveDateTime", date_text(today_ - std::chrono::days(7)));
    if (value != "pending") json_.member_if("valueString", value);
    close();
  }

  void treatment(Json const& item, std::size_t place) {
    auto state = string_member(item, "state");
    auto status = state == "ongoing"           ? "active"
                  : state == "planned"         ? "intended"
                  : state == "contraindicated" ? "not-taken"
                  : state == "not-tolerated"   ? "stopped"
                                               : "completed";
    open("MedicationStatement", "t" + std::to_string(place));
    subject();
    json_.member("status", status);
    concept_member("medicationCodeableConcept", string_member(item, "system"), string_member(item, "code"),
                   string_member(item, "text"));
    if (auto days = rules::integer(item, "days_ago"))
      json_.member("effectiveDateTime", date_text(today_ - std::chrono::days(*days)));
    if (state == "failed" || state == "not-tolerated" || state == "contraindicated" || state == "responded") {
      json_.key("statusReason");
      json_.begin_array();
      concept_value("", "", state == "not-tolerated" ? "not tolerated" : state);
      json_.end_array();
    }
    note(string_member(item, "note"));
    close();
  }

  void order() {
    open("MedicationRequest", "order");
    subject();
    json_.member("status", "draft");
    json_.member("intent", "order");
    concept_member("medicationCodeableConcept", "", "", product_);
    bool any = false;
    base::each(example_, "reason", [&](Json const& item, std::size_t) {
      if (!any) {
        json_.key("reasonCode");
        json_.begin_array();
        any = true;
      }
      concept_value(string_member(item, "system"), string_member(item, "code"), string_member(item, "text"));
    });
    if (any) json_.end_array();
    json_.key("dosageInstruction");
    json_.begin_array();
    json_.begin_object();
    json_.member_if("text", string_member(example_, "dose"));
    concept_member("route", "", "", "Intravenous");
    json_.end_object();
    json_.end_array();
    close();
  }

  void draft(Json const& item, std::size_t place) {
    open("MedicationRequest", "draft" + std::to_string(place));
    subject();
    json_.member("status", "draft");
    json_.member("intent", "order");
    concept_member("medicationCodeableConcept", string_member(item, "system"), string_member(item, "code"),
                   string_member(item, "text"));
    close();
  }

  Json const& example_;
  std::string const& product_;
  base::Day today_;
  std::string text_;
  JsonWriter json_;
};

ExampleExpectation read_expectation(Json const& example) {
  ExampleExpectation expect;
  Json const* json = base::object_member(example, "expect");
  if (json == nullptr) return expect;
  expect.lead = string_member(*json, "lead");
  expect.stance = string_member(*json, "stance");
  expect.indicator = string_member(*json, "indicator");
  expect.recommendations = rules::string_list(*json, "recommendations");
  expect.absent = rules::string_list(*json, "absent");
  expect.missing = rules::string_list(*json, "missing");
  return expect;
}

bool contains(std::vector<std::string> const& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

base::Result<std::vector<RuleExample>> load_examples(rules::RuleSet const& rules, base::Day today) {
  std::vector<RuleExample> examples;
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(rules.examples_folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (auto const& path : files) {
    auto file = rules::RuleFile::open(path);
    if (!file) return tl::unexpected(file.error());
    std::string product(string_member(file->root(), "product"));
    if (product.empty()) return file->error("", "product", "is missing: what the examples order");
    base::Result<void> outcome;
    base::each(file->root(), "examples", [&](Json const& item, std::size_t) {
      auto id = string_member(item, "id");
      if (outcome) {
        outcome = file->only(
            item, id,
            {"id", "why", "patient", "conditions", "reason", "results", "treatments", "drafts", "dose", "expect"});
      }
      examples.push_back(
          {std::string(id), file->name(), BundleWriter(item, product, today).write(), read_expectation(item)});
    });
    if (!outcome) return tl::unexpected(outcome.error());
  }
  return examples;
}

std::string run_example(advice::Knowledge const& knowledge, RuleExample const& example, base::Day today) {
  auto input = read_case(example.bundle, {});
  if (!input) return "  cannot be read: " + input.error().detail + "\n";
  auto decisions = input->decide(knowledge, today);
  if (decisions.size() != 1) return "  " + std::to_string(decisions.size()) + " decisions, one expected\n";
  auto const& findings = decisions.front().findings;
  std::vector<std::string> listed;
  for (auto const& recommendation : findings.recommendations)
    listed.push_back(knowledge.rules.rows[recommendation.row].id);
  std::vector<std::string> asked;
  for (auto const& missing : findings.missing) asked.push_back(missing.fact);

  std::string text;
  auto differ = [&](std::string_view what, std::string_view wanted, std::string_view got) {
    if (!wanted.empty() && wanted != got)
      text.append("  ").append(what).append(": expected ").append(wanted).append(", got ").append(got).append("\n");
  };
  differ("lead", example.expect.lead, listed.empty() ? std::string_view("none") : std::string_view(listed.front()));
  differ("stance", example.expect.stance,
         findings.stance ? rules::to_string(*findings.stance) : std::string_view("none"));
  differ("indicator", example.expect.indicator, rules::to_string(findings.indicator));
  for (auto const& id : example.expect.recommendations) {
    if (!contains(listed, id)) text += "  recommendation " + id + " is not listed\n";
  }
  for (auto const& id : example.expect.absent) {
    if (contains(listed, id)) text += "  recommendation " + id + " is listed\n";
  }
  for (auto const& fact : example.expect.missing) {
    if (!contains(asked, fact)) text += "  " + fact + " is not asked for\n";
  }
  if (!text.empty()) {
    text += "  listed:";
    for (auto const& id : listed) text += " " + id;
    text += "; asked:";
    for (auto const& fact : asked) text += " " + fact;
    text += "; notices:";
    for (auto const& notice : findings.notices) text += " " + notice;
    text += "\n";
  }
  return text;
}

}  // namespace ivig::app
