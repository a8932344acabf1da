#pragma once
// Errors are values: every fallible function of this project returns Result<T>.

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace ivig::base {

/// What went wrong, one meaning each. The HTTP status of each code is in server/http_status.cpp,
/// the exit code in app/.
enum class Errc {
  not_json,       ///< the bytes are not RFC 8259 JSON in UTF-8
  too_large,      ///< more bytes than the named limit
  too_deep,       ///< nested deeper than the named limit
  wrong_type,     ///< a JSON member has another type than the specification gives it
  missing_field,  ///< a required JSON member is absent, null or empty
  invalid_value,  ///< right type, unusable value
  wrong_hook,     ///< the hook is not offered at this endpoint
  missing_data,   ///< required clinical data came neither by prefetch nor by fetch (412)
  not_found,      ///< no such path, service, row or file
  method_not_allowed,
  unsupported_media_type,
  not_acceptable,
  unauthenticated,
  forbidden,
  too_many_requests,
  unavailable,     ///< overload, start-up or shutdown
  timeout,         ///< a named time limit passed
  invalid_config,  ///< the configuration file cannot be used
  invalid_rules,   ///< the rule set cannot be used
  io,              ///< the operating system refused a file or socket
  internal,        ///< our own fault
};

/// An expected failure. `where` names the field, file or place; `detail` says why and how to mend it.
/// INVARIANT: neither holds patient data; both may be shown to the caller and logged.
struct Error {
  Errc code;
  std::string where;
  std::string detail;

  bool operator==(Error const&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for the failing side of a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string where, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(where), std::move(detail)});
}

}  // namespace ivig::base
