#pragma once
// HTTP as the rest of the program sees it: a head, a body, an answer. Knows no CDS Hooks and no Beast.

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/asio.h"

namespace ivig::server {

/// The longest body that a path can use, and the setting that says so.
struct BodyLimit {
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
  std::string_view setting{};
};

/// The request line and headers of one call. Header names are compared without case.
struct RequestHead {
  std::string method;  ///< upper case: GET, POST, OPTIONS ...
  std::string path;    ///< percent-decoded? no: as sent, without query; doubled and trailing slashes kept
  std::string query;   ///< after '?', or empty
  std::vector<std::pair<std::string, std::string>> headers;
  bool tls = false;
  std::string peer;  ///< address only, for rate limits; never logged with patient data
  std::string request_id;
  /// Of the TLS client certificate that was verified: its subject (RFC 2253), then its other names as "DNS:host",
  /// "URI:uri", "email:address". Empty without one.
  std::vector<std::string> certificate_names;
  /// Who calls, as on_head found out and on_request wants to know; the type is the handler's own.
  std::shared_ptr<void const> caller;
  /// on_head lowers it to what the path can use; beside it limits.body_bytes holds. A longer body is answered 413 and
  /// not read.
  BodyLimit body_limit;

  /// The first header of that name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string content_type;  ///< left out of the answer when empty
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;    ///< close the connection after this answer
  std::string client{};  ///< the name of the client in the configuration, for the access log; empty if none
  std::string route{};   ///< the route's name for the access log ("order-sign"), never the path as sent
};

/// What a listener serves. Functions are called on the connection's own thread, but for on_request of calls whose body
/// is longer than limits.inline_bytes: those run on a strand of other threads (large_calls.h).
struct Handler {
  /// After the head, before the body is read: an answer here (401, 404, 405, 413, 415 ...) ends the exchange and the
  /// body is not read (the connection is closed then, unless the request has no body). May wait, for keys or a store;
  /// no deadline of the connection runs meanwhile. What it finds out about the caller goes into `head.caller`.
  std::function<boost::asio::awaitable<std::optional<Response>>(RequestHead& head)> on_head;
  /// The whole request. Exceptions are caught by the server, counted, and answered 500.
  std::function<boost::asio::awaitable<Response>(RequestHead const&, std::string body)> on_request;
  /// The body of an error that the HTTP layer itself raises (400 framing, 408, 413, 414, 417, 431, 500, 503): status
  /// and a short reason.
  std::function<Response(RequestHead const*, unsigned status, std::string_view reason)> on_error;
};

/// For an on_head that has nothing to wait for.
[[nodiscard]] inline boost::asio::awaitable<std::optional<Response>> at_once(std::optional<Response> answer) {
  co_return answer;
}

}  // namespace ivig::server
