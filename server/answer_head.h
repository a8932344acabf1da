#pragma once
// The status line and headers of an answer.

#include <chrono>
#include <string>
#include <string_view>

#include "server/http.h"

namespace ivig::server {

/// What the connection adds to an answer.
struct AnswerContext {
  bool http_1_0 = false;
  bool keep_alive = true;
  std::string_view request_id;
  std::string_view date;  ///< as http_date writes it
};

/// Appends status line, headers and the empty line. Content-Length is that of `response.body` also when the body will
/// not be sent (HEAD); 1xx, 204 and 304 have none. Headers that frame the message (Content-Length, Transfer-Encoding,
/// Connection) are the connection's: a handler's are passed over. Control characters in values become blanks.
void append_answer_head(std::string& out, Response const& response, AnswerContext const& context);

/// Whether an answer of this status may carry a body.
[[nodiscard]] bool may_have_body(unsigned status);

/// The phrase after a status ("Not Found"); "Status" for one without a phrase of its own here.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

/// "Tue, 24 Nov 2026 13:40:00 GMT".
[[nodiscard]] std::string http_date(std::chrono::sys_seconds time);

}  // namespace ivig::server
