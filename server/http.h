#pragma once
// HTTP as the rest of the program sees it: a head, a body, an answer. Knows no CDS Hooks and no Beast.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/asio.h"

namespace ivig::server {

/// The request line and headers of one call. Header names are compared without case.
struct RequestHead {
  std::string method;  ///< upper case: GET, POST, OPTIONS ...
  std::string path;    ///< percent-decoded? no: as sent, without query; doubled and trailing slashes kept
  std::string query;   ///< after '?', or empty
  std::vector<std::pair<std::string, std::string>> headers;
  bool tls = false;
  std::string peer;  ///< address only, for rate limits; never logged with patient data
  std::string request_id;

  /// The first header of that name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string content_type;  ///< left out of the answer when empty
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;   ///< close the connection after this answer
  std::string route{};  ///< the route's name for the access log ("order-sign"), never the path as sent
};

/// What a listener serves. Both functions are called on the connection's own thread.
struct Handler {
  /// After the head, before the body is read: an answer here (401, 404, 405, 413, 415 ...) ends the exchange and the
  /// body is not read (the connection is closed then, unless the request has no body).
  std::function<std::optional<Response>(RequestHead const&)> on_head;
  /// The whole request. Exceptions are caught by the server, counted, and answered 500.
  std::function<boost::asio::awaitable<Response>(RequestHead const&, std::string body)> on_request;
  /// The body of an error that the HTTP layer itself raises (400 framing, 408, 413, 414, 417, 431, 500, 503): status
  /// and a short reason.
  std::function<Response(RequestHead const*, unsigned status, std::string_view reason)> on_error;
};

}  // namespace ivig::server
