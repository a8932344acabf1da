// A decision as FHIR R4. GuidanceResponse is the resource made for "the formal response to a guidance request": it
// names request (by hookInstance), module (the rule), subject and data-quality gaps. Provenance says which rule set and
// which software stood behind it. AuditEvent was not chosen: it tells of access, not of advice.

#include "base/instant.h"
#include "base/json_body.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "hooks/stored_decision.h"

namespace ivig::hooks {
namespace {

using base::JsonWriter;

/// A reference as it is kept: a literal one, or, where it is a hash, an identifier only (a hash resolves nowhere).
void write_reference(JsonWriter& json, std::string_view name, std::string const& reference) {
  if (reference.empty()) return;
  json.key(name);
  json.begin_object();
  auto const hash = reference.find('~');
  if (hash == std::string::npos) {
    json.member("reference", reference);
  } else {
    if (hash > 0) json.member("type", std::string_view(reference).substr(0, hash - 1));
    json.key("identifier");
    json.begin_object();
    json.member("value", std::string_view(reference).substr(hash));
    json.end_object();
  }
  json.end_object();
}

void write_coded_texts(JsonWriter& json, base::Json const& decision, char const* list) {
  base::each(decision, list, [&](base::Json const& finding, std::size_t) {
    json.begin_object();
    json.member_if("text", base::string_member(finding, "detail"));
    json.end_object();
  });
}

void write_guidance(JsonWriter& json, store::StoredDecision const& decision, std::string_view public_url) {
  auto const& record = decision.record;
  std::string const time = base::rfc3339_ms(record.time);
  json.begin_object();
  json.member("resourceType", "GuidanceResponse");
  json.member("id", record.id);
  json.key("requestIdentifier");
  json.begin_object();
  json.member("system", "urn:ietf:rfc:3986");
  json.member("value", "urn:uuid:" + record.hook_instance);
  json.end_object();
  if (record.row.empty()) json.member("moduleUri", std::string(public_url) + "/cds-services/" + record.service);
  else json.member("moduleUri", std::string(public_url) + "/evidence/" + record.row);
  auto body = base::JsonBody::parse(record.decision_json, {});
  base::Json const* missing = body ? base::member((*body)->root(), "missing") : nullptr;
  bool const lacking = missing != nullptr && missing->IsArray() && !missing->Empty();
  json.member("status", lacking ? "data-requested" : "success");
  write_reference(json, "subject", record.patient);
  json.member("occurrenceDateTime", time);
  json.key("performer");
  json.begin_object();
  json.member("display", "ivig-cds");
  json.end_object();
  json.key("reasonCode");
  json.begin_array();
  json.begin_object();
  json.member("text", record.stance.empty() ? std::string("no encoded recommendation applies") : record.stance);
  json.end_object();
  if (body) {
    for (char const* list : {"safety", "dose"}) write_coded_texts(json, (*body)->root(), list);
  }
  json.end_array();
  json.key("note");
  json.begin_array();
  json.begin_object();
  json.member("text", "indicator " + record.indicator + "; outcome " + decision.outcome);
  json.end_object();
  json.end_array();
  if (lacking) {
    json.key("dataRequirement");
    json.begin_array();
    base::each((*body)->root(), "missing", [&](base::Json const& fact, std::size_t) {
      json.begin_object();
      json.member("type", "Observation");
      json.key("codeFilter");
      json.begin_array();
      json.begin_object();
      json.member("path", "code");
      json.key("code");
      json.begin_array();
      json.begin_object();
      json.member("code", base::string_member(fact, "fact"));
      json.member_if("display", base::string_member(fact, "ask"));
      json.end_object();
      json.end_array();
      json.end_object();
      json.end_array();
      json.end_object();
    });
    json.end_array();
  }
  json.end_object();
}

void write_provenance(JsonWriter& json, store::StoredDecision const& decision) {
  auto const& record = decision.record;
  json.begin_object();
  json.member("resourceType", "Provenance");
  json.member("id", record.id + "-p");
  json.key("target");
  json.begin_array();
  json.begin_object();
  json.member("reference", "GuidanceResponse/" + record.id);
  json.end_object();
  json.end_array();
  json.member("recorded", base::rfc3339_ms(record.time));
  json.key("agent");
  json.begin_array();
  json.begin_object();
  json.key("type");
  json.raw(R"({"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type",)"
           R"("code":"assembler"}]})");
  json.key("who");
  json.begin_object();
  json.member("display", "ivig-cds, called by " + record.client);
  json.end_object();
  json.end_object();
  json.end_array();
  json.key("entity");
  json.begin_array();
  json.begin_object();
  json.member("role", "source");
  write_reference(json, "what", record.order);
  json.end_object();
  json.begin_object();
  json.member("role", "derivation");
  json.key("what");
  json.begin_object();
  json.member("display", "rule set " + record.rules_version);
  json.key("identifier");
  json.begin_object();
  json.member("system", "urn:ietf:rfc:6920");
  json.member("value", "ni:///sha-256;" + record.rules_sha256);
  json.end_object();
  json.end_object();
  json.end_object();
  json.end_array();
  json.end_object();
}

}  // namespace

std::string guidance_bundle(store::StoredDecision const& decision, std::string_view public_url) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("resourceType", "Bundle");
  json.member("type", "collection");
  json.key("entry");
  json.begin_array();
  json.begin_object();
  json.key("resource");
  write_guidance(json, decision, public_url);
  json.end_object();
  json.begin_object();
  json.key("resource");
  write_provenance(json, decision);
  json.end_object();
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::hooks
