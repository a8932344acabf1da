#pragma once
// Where a request ends: the checks against request smuggling that the HTTP library leaves out (RFC 9112 sections 3.2,
// 5.2, 6 and 11.2). Pure functions; a refusal is answered 400 and the connection closed. REQ HTTP-08, HTTP-10

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ivig::server {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// How the body of a request is delimited, and what becomes of the connection.
struct Framing {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool unknown_expectation = false;  ///< Expect names something else than 100-continue: 417 (RFC 9110 10.1.1)

  [[nodiscard]] bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

/// Checks a parsed head. `version` is 10 or 11; `raw_head` is the head as received, with its final empty line.
/// Errors: invalid_value, naming the header in `where` and never quoting what was sent.
[[nodiscard]] base::Result<Framing> check_framing(unsigned version, Headers const& headers, std::string_view raw_head);

/// One past the empty line that ends a head, or nullopt if `text` does not hold it yet. The search resumes where the
/// last one on a shorter `text` of `searched` bytes ended.
[[nodiscard]] std::optional<std::size_t> head_end(std::string_view text, std::size_t searched);

/// The status for a head longer than its limit: 414 when its first `limit` bytes are request line only, else 431.
[[nodiscard]] unsigned overlong_head_status(std::string_view head, std::size_t limit);

/// Whether no further byte can make this unfinished head a request: a line that ends in LF without CR, a control
/// character, or a first byte that begins no method. Spares such clients the wait for the header deadline.
[[nodiscard]] bool is_hopeless(std::string_view unfinished_head);

/// A request target in origin form. The scheme and authority of an absolute target are dropped.
struct Target {
  std::string_view path;
  std::string_view query;  ///< after the first '?', or empty
};
[[nodiscard]] Target split_target(std::string_view target);

/// Whether a request id from outside may be used further: 16 to 36 hexadecimal digits and hyphens, so that neither
/// names nor record numbers travel into logs with it.
[[nodiscard]] bool is_plain_request_id(std::string_view id);

}  // namespace ivig::server
