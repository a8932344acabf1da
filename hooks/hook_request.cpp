#include "hooks/hook_request.h"

#include <algorithm>
#include <cctype>

#include "base/json_read.h"

namespace ivig::hooks {
namespace {

using base::Errc;
using base::fail;
using base::Json;
using base::member;

/// Ids and addresses of a call go into everything that is made of it.
constexpr std::size_t kLongestName = 1000;

/// Why a field was refused, without repeating what it held.
tl::unexpected<base::Error> refuse(Errc code, std::string where, char const* detail) {
  return fail(code, std::move(where), detail);
}

base::Result<std::string_view> required_string(Json const& object, char const* name, std::string const& where) {
  Json const* value = member(object, name);
  if (value == nullptr) return refuse(Errc::missing_field, where, "is required");
  if (!value->IsString()) return refuse(Errc::wrong_type, where, "must be a string");
  std::string_view text = base::as_string(*value);
  if (text.empty()) return refuse(Errc::missing_field, where, "must not be empty");
  if (text.size() > kLongestName) return refuse(Errc::invalid_value, where, "is longer than 1000 bytes");
  return text;
}

base::Result<std::string_view> optional_string(Json const& object, char const* name, std::string const& where) {
  Json const* value = member(object, name);
  if (value == nullptr) return std::string_view{};
  if (!value->IsString()) return refuse(Errc::wrong_type, where, "must be a string");
  if (base::as_string(*value).size() > kLongestName)
    return refuse(Errc::invalid_value, where, "is longer than 1000 bytes");
  return base::as_string(*value);
}

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~' || c == '%' || c == '+' || c == '=';
  });
}

/// "Practitioner/x", or an absolute URL that ends in it. REQ REQ-09
bool is_user_reference(std::string_view text) {
  auto slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  std::string_view id = text.substr(slash + 1);
  std::string_view before = text.substr(0, slash);
  if (auto previous = before.rfind('/'); previous != std::string_view::npos) {
    if (!before.starts_with("http://") && !before.starts_with("https://")) return false;
    before = before.substr(previous + 1);
  }
  bool type = !before.empty() &&
              std::all_of(before.begin(), before.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
  return type && is_id(id);
}

base::Result<void> read_bundle(Json const& context, HookRequest& request) {
  Json const* drafts = member(context, "draftOrders");
  if (drafts == nullptr) return refuse(Errc::missing_field, "context.draftOrders", "is required");
  if (!drafts->IsObject()) return refuse(Errc::wrong_type, "context.draftOrders", "must be a FHIR Bundle (an object)");
  if (base::string_member(*drafts, "resourceType") != "Bundle") {
    return refuse(Errc::invalid_value, "context.draftOrders.resourceType", "must be \"Bundle\"");
  }
  Json const* entries = member(*drafts, "entry");
  if (entries != nullptr && !entries->IsArray() && !entries->IsObject()) {
    return refuse(Errc::wrong_type, "context.draftOrders.entry", "must be an array");
  }
  request.draft_orders = drafts;
  return {};
}

base::Result<void> read_selections(Json const& context, HookRequest& request) {
  Json const* selections = member(context, "selections");
  if (selections == nullptr) return {};
  request.has_selections = true;
  if (!selections->IsArray()) return refuse(Errc::wrong_type, "context.selections", "must be an array of references");
  for (auto const& selection : selections->GetArray()) {
    if (!selection.IsString()) return refuse(Errc::wrong_type, "context.selections", "must hold strings only");
    request.selections.push_back(base::as_string(selection));
  }
  return {};
}

base::Result<void> read_context(Json const& body, HookRequest& request) {
  Json const* context = member(body, "context");
  if (context == nullptr) return refuse(Errc::missing_field, "context", "is required");
  if (!context->IsObject()) return refuse(Errc::wrong_type, "context", "must be an object");
  auto user = required_string(*context, "userId", "context.userId");
  if (!user) return tl::unexpected(user.error());
  if (!is_user_reference(*user)) {
    return refuse(Errc::invalid_value, "context.userId", "must be a reference such as Practitioner/123");
  }
  auto patient = required_string(*context, "patientId", "context.patientId");
  if (!patient) return tl::unexpected(patient.error());
  // A bare id by the specification; some clients send the reference, which can mean nothing else. REQ REQ-10
  if (patient->starts_with("Patient/")) patient->remove_prefix(std::string_view("Patient/").size());
  if (patient->empty() || patient->find('/') != std::string_view::npos) {
    return refuse(Errc::invalid_value, "context.patientId", "must be the bare id, without resource type");
  }
  auto encounter = optional_string(*context, "encounterId", "context.encounterId");
  if (!encounter) return tl::unexpected(encounter.error());
  request.user_id = *user;
  request.patient_id = *patient;
  request.encounter_id = *encounter;
  if (auto ok = read_bundle(*context, request); !ok) return ok;
  if (request.hook != "order-select") return {};  // no member of another hook: ignored whatever it holds (REQ-07)
  return read_selections(*context, request);
}

std::string_view read_vendor_version(Json const& body) {
  Json const* extension = base::object_member(body, "extension");
  return extension == nullptr ? std::string_view{}
                              : base::string_member(*extension, "com.epic.cdshooks.request.fhir-version");
}

bool is_bearer(std::string_view type) {
  return type.size() == 6 && std::equal(type.begin(), type.end(), "bearer", [](unsigned char a, char b) {
           return std::tolower(a) == b;  // RFC 6749 5.1: of any case
         });
}

/// An authorization that lacks a member, or has one of the wrong type, is ignored: the call goes on with what was
/// prefetched. So is one that is granted for another patient (FHIR-07) or has run out (FHIR-05). REQ REQ-03, FHIR-02
void read_authorization(Json const& body, HookRequest& request) {
  Json const* json = member(body, "fhirAuthorization");
  if (json == nullptr || !json->IsObject() || request.fhir_server.empty()) return;
  FhirAuthorization& authorization = request.authorization;
  authorization.access_token = base::string_member(*json, "access_token");
  authorization.token_type = base::string_member(*json, "token_type");
  authorization.scope = base::string_member(*json, "scope");
  authorization.subject = base::string_member(*json, "subject");
  authorization.patient = base::string_member(*json, "patient");
  Json const* expires = member(*json, "expires_in");
  if (expires != nullptr) authorization.expires_in = base::as_integer(*expires).value_or(0);
  std::string_view patient = authorization.patient;
  if (patient.starts_with("Patient/")) patient.remove_prefix(std::string_view("Patient/").size());
  request.has_authorization = !authorization.access_token.empty() && is_bearer(authorization.token_type) &&
                              !authorization.scope.empty() && !authorization.subject.empty() &&
                              authorization.expires_in > 0 && (patient.empty() || patient == request.patient_id);
}

}  // namespace

base::Result<HookRequest> HookRequest::read(Json const& body, std::string_view hook) {
  if (!body.IsObject()) return refuse(Errc::wrong_type, "", "the body must be a JSON object");
  HookRequest request;
  auto named = required_string(body, "hook", "hook");
  if (!named) return tl::unexpected(named.error());
  if (*named != hook) {
    return fail(Errc::wrong_hook, "hook",
                "this service answers the hook \"" + std::string(hook) + "\" only; see /cds-services");
  }
  auto instance = required_string(body, "hookInstance", "hookInstance");
  if (!instance) return tl::unexpected(instance.error());
  auto fhir_server = optional_string(body, "fhirServer", "fhirServer");
  if (!fhir_server) return tl::unexpected(fhir_server.error());
  request.hook = *named;
  request.hook_instance = *instance;
  request.fhir_server = *fhir_server;
  if (auto ok = read_context(body, request); !ok) return tl::unexpected(ok.error());
  Json const* prefetch = member(body, "prefetch");
  if (prefetch != nullptr && !prefetch->IsObject()) return refuse(Errc::wrong_type, "prefetch", "must be an object");
  request.prefetch = prefetch;
  request.vendor_fhir_version = read_vendor_version(body);
  read_authorization(body, request);
  return request;
}

}  // namespace ivig::hooks
