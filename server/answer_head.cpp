#include "server/answer_head.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "server/text.h"

namespace ivig::server {
namespace {

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> text{};
  auto const [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), end);
}

/// A value that could end its line would let one answer pass for two.
void append_value(std::string& out, std::string_view value) {
  for (char const c : value) out += (c >= 0 && c < ' ' && c != '\t') || c == 0x7F ? ' ' : c;
}

bool is_framing_header(std::string_view name) {
  return equal_without_case(name, "Content-Length") || equal_without_case(name, "Transfer-Encoding") ||
         equal_without_case(name, "Connection");
}

}  // namespace

bool may_have_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

void append_answer_head(std::string& out, Response const& response, AnswerContext const& context) {
  out += "HTTP/1.1 ";
  append_number(out, response.status);
  out += ' ';
  out += reason_phrase(response.status);
  if (!response.content_type.empty()) {
    out += "\r\nContent-Type: ";
    append_value(out, response.content_type);
  }
  if (may_have_body(response.status)) {
    out += "\r\nContent-Length: ";
    append_number(out, response.body.size());
  }
  if (!context.keep_alive) {
    out += "\r\nConnection: close";
  } else if (context.http_1_0) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\nDate: ";
  out += context.date;
  out += "\r\nX-Request-Id: ";
  append_value(out, context.request_id);
  for (auto const& [name, value] : response.headers) {
    if (is_framing_header(name)) continue;
    out += "\r\n";
    append_value(out, name);
    out += ": ";
    append_value(out, value);
  }
  out += "\r\n\r\n";
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

std::string http_date(std::chrono::sys_seconds time) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(time - day);
  std::array<char, 40> text{};
  int const size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                 kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                                 kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                 static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace ivig::server
