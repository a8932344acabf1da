#include "app/example_bundle.h"

#include <chrono>

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
  /// `file` holds what its examples have in common: product, dose, weight.
  BundleWriter(Json const& example, Json const& file, base::Day today)
      : example_(example), file_(file), today_(today), json_(text_) {}

  std::string write() {
    json_.begin_object();
    json_.member("resourceType", "Bundle");
    json_.member("type", "collection");
    json_.key("entry");
    json_.begin_array();
    patient();
    base::each(example_, "conditions", [&](Json const& item, std::size_t i) { condition(item, i); });
    weight();
    base::each(example_, "results", [&](Json const& item, std::size_t i) { result(item, i); });
    base::each(example_, "treatments", [&](Json const& item, std::size_t i) { treatment(item, i); });
    base::each(example_, "allergies", [&](Json const& item, std::size_t i) { allergy(item, i); });
    answers();
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

  void quantity(char const* name, Json const& value, std::string_view unit) {
    json_.key(name);
    json_.begin_object();
    json_.key("value");
    json_.raw(base::number_text(value));
    json_.member_if("unit", unit);
    json_.end_object();
  }

  void result(Json const& item, std::size_t place) {
    open("Observation", "o" + std::to_string(place));
    subject();
    auto value = string_member(item, "value");
    auto unit = string_member(item, "unit");
    json_.member("status", value == "pending" ? "registered" : "final");
    concept_member("code", string_member(item, "system"), string_member(item, "code"), string_member(item, "text"));
    int days = rules::integer(item, "days_ago").value_or(7);
    json_.member("effectiveDateTime", date_text(today_ - std::chrono::days(days)));
    Json const* number = base::member(item, "value");
    if (number != nullptr && number->IsNumber()) quantity("valueQuantity", *number, unit);
    else if (value != "pending") json_.member_if("valueString", value);
    if (Json const* high = base::member(item, "range_high"); high != nullptr) {
      json_.key("referenceRange");
      json_.begin_array();
      json_.begin_object();
      quantity("high", *high, unit);
      json_.end_object();
      json_.end_array();
    }
    close();
  }

  /// A member of the example, or else of its file.
  [[nodiscard]] std::string_view given(char const* name) const {
    auto own = string_member(example_, name);
    return own.empty() ? string_member(file_, name) : own;
  }

  /// "80 kg": number and UCUM unit.
  void weight() {
    auto const text = given("weight");
    auto const space = text.find(' ');
    if (space == std::string_view::npos) return;
    open("Observation", "weight");
    subject();
    json_.member("status", "final");
    concept_member("code", "http://loinc.org", "29463-7", "Body weight");
    auto const days = rules::integer(example_, "weight_days_ago").value_or(7);
    json_.member("effectiveDateTime", date_text(today_ - std::chrono::days(days)));
    json_.key("valueQuantity");
    json_.begin_object();
    json_.key("value");
    json_.raw(text.substr(0, space));
    json_.member("system", "http://unitsofmeasure.org");
    json_.member("code", text.substr(space + 1));
    json_.end_object();
    close();
  }

  void allergy(Json const& item, std::size_t place) {
    open("AllergyIntolerance", "a" + std::to_string(place));
    json_.key("patient");
    json_.begin_object();
    json_.member("reference", "Patient/example");
    json_.end_object();
    auto status = string_member(item, "status");
    auto verification = string_member(item, "verification");
    if (!status.empty())
      concept_member("clinicalStatus", "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", status, "");
    if (!verification.empty())
      concept_member("verificationStatus", "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                     verification, "");
    json_.member_if("criticality", string_member(item, "criticality"));
    concept_member("code", string_member(item, "system"), string_member(item, "code"), string_member(item, "text"));
    auto manifestations = rules::string_list(item, "reactions");
    if (!manifestations.empty()) {
      json_.key("reaction");
      json_.begin_array();
      json_.begin_object();
      json_.key("manifestation");
      json_.begin_array();
      for (auto const& one : manifestations) concept_value("", "", one);
      json_.end_array();
      json_.member_if("severity", string_member(item, "severity"));
      json_.end_object();
      json_.end_array();
    }
    note(string_member(item, "note"));
    close();
  }

  /// {"fact-id": true}: a completed form that was filled in for this patient.
  void answers() {
    Json const* given = base::object_member(example_, "answers");
    if (given == nullptr) return;
    open("QuestionnaireResponse", "answers");
    subject();
    json_.member("status", "completed");
    json_.key("item");
    json_.begin_array();
    for (auto const& entry : given->GetObject()) {
      json_.begin_object();
      json_.member("linkId", base::as_string(entry.name));
      json_.key("answer");
      json_.begin_array();
      json_.begin_object();
      json_.member("valueBoolean", entry.value.IsBool() && entry.value.GetBool());
      json_.end_object();
      json_.end_array();
      json_.end_object();
    }
    json_.end_array();
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
    concept_member("medicationCodeableConcept", "", "", given("product"));
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
    json_.member_if("text", given("dose"));
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
    if (auto dose = string_member(item, "dose"); !dose.empty()) {
      json_.key("dosageInstruction");
      json_.begin_array();
      json_.begin_object();
      json_.member("text", dose);
      json_.end_object();
      json_.end_array();
    }
    close();
  }

  Json const& example_;
  Json const& file_;
  base::Day today_;
  std::string text_;
  JsonWriter json_;
};

}  // namespace

std::string example_bundle(Json const& example, Json const& file, base::Day today) {
  return BundleWriter(example, file, today).write();
}

}  // namespace ivig::app
