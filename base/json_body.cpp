#include "base/json_body.h"

#include <utility>

#include "base/json_fault.h"

namespace ivig::base {

Result<std::unique_ptr<JsonBody>> JsonBody::parse(std::string bytes, JsonLimits const& limits) {
  if (bytes.size() > limits.bytes) {
    return fail(Errc::too_large, "body", "more than " + std::to_string(limits.bytes) + " bytes (limits.body_bytes)");
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) return fail(Errc::not_json, "body", "byte order mark at byte 0");
  std::unique_ptr<JsonBody> body(new JsonBody(std::move(bytes)));
  bool const read = !has_lone_low_surrogate(body->wire_) && body->tree_.read(body->wire_, limits.depth);
  if (read) return body;
  if (auto fault = json_fault(body->wire_, limits)) return tl::unexpected(*std::move(fault));
  std::string in_range = with_numbers_in_range(body->wire_);
  if (body->tree_.read(in_range, limits.depth)) return body;
  if (auto fault = json_fault(in_range, limits)) return tl::unexpected(*std::move(fault));
  return fail(Errc::not_json, "body", "a number that cannot be read");
}

}  // namespace ivig::base
