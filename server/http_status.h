#pragma once
// One table from error codes to HTTP status codes (section 1.3 of the requirement table).

#include "base/result.h"

namespace ivig::server {

[[nodiscard]] constexpr unsigned http_status(base::Errc code) {
  using base::Errc;
  switch (code) {
    case Errc::not_json:
    case Errc::too_deep:
    case Errc::wrong_type:
    case Errc::missing_field:
    case Errc::invalid_value:
    case Errc::wrong_hook: return 400;
    case Errc::unauthenticated: return 401;
    case Errc::forbidden: return 403;
    case Errc::not_found: return 404;
    case Errc::method_not_allowed: return 405;
    case Errc::not_acceptable: return 406;
    case Errc::timeout: return 408;
    case Errc::missing_data: return 412;
    case Errc::too_large: return 413;
    case Errc::unsupported_media_type: return 415;
    case Errc::too_many_requests: return 429;
    case Errc::unavailable: return 503;
    case Errc::invalid_config:
    case Errc::invalid_rules:
    case Errc::io:
    case Errc::internal: break;
  }
  return 500;
}

}  // namespace ivig::server
