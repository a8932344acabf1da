#include "fhir/operation_outcome.h"

#include "base/json_write.h"

namespace ivig::fhir {

using base::Errc;

std::string_view issue_code(Errc code) {
  switch (code) {
    case Errc::not_json:
    case Errc::wrong_type: return "structure";
    case Errc::missing_field: return "required";
    case Errc::invalid_value:
    case Errc::wrong_hook: return "value";
    case Errc::too_large:
    case Errc::too_deep: return "too-long";
    case Errc::missing_data: return "processing";
    case Errc::not_found: return "not-found";
    case Errc::method_not_allowed:
    case Errc::unsupported_media_type:
    case Errc::not_acceptable: return "not-supported";
    case Errc::unauthenticated: return "login";
    case Errc::forbidden: return "forbidden";
    case Errc::too_many_requests:
    case Errc::unavailable: return "throttled";
    case Errc::timeout: return "timeout";
    case Errc::invalid_config:
    case Errc::invalid_rules:
    case Errc::io:
    case Errc::internal: break;
  }
  return "exception";
}

std::string operation_outcome(base::Error const& error) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("resourceType", "OperationOutcome");
  json.key("issue");
  json.begin_array();
  json.begin_object();
  json.member("severity", "error");
  json.member("code", issue_code(error.code));
  json.member_if("diagnostics", error.detail);
  if (!error.where.empty()) {
    json.key("expression");
    json.begin_array();
    json.string(error.where);
    json.end_array();
  }
  json.end_object();
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::fhir
