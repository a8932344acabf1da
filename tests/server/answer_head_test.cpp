#include "server/answer_head.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "server/http_status.h"

namespace ivig::server {
namespace {

std::string head_of(Response const& response, bool keep_alive = true, bool http_1_0 = false) {
  AnswerContext context;
  context.keep_alive = keep_alive;
  context.http_1_0 = http_1_0;
  context.request_id = "0123456789abcdef";
  context.date = "Tue, 24 Nov 2026 13:40:00 GMT";
  std::string text;
  append_answer_head(text, response, context);
  return text;
}

TEST(AnswerHead, is_written_in_full) {
  Response response;
  response.content_type = "application/json";
  response.body = "{}";
  response.headers.emplace_back("Cache-Control", "no-store");
  EXPECT_EQ(head_of(response),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Date: Tue, 24 Nov 2026 13:40:00 GMT\r\nX-Request-Id: 0123456789abcdef\r\nCache-Control: no-store\r\n\r\n");
}

TEST(AnswerHead, says_what_becomes_of_the_connection) {
  EXPECT_EQ(head_of({}).find("Connection"), std::string::npos);
  EXPECT_NE(head_of({}, false).find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(head_of({}, true, true).find("Connection: keep-alive\r\n"), std::string::npos);
}

TEST(AnswerHead, has_no_length_where_no_body_may_follow) {
  for (unsigned const status : {204U, 304U}) {
    Response response;
    response.status = status;
    response.body = "x";
    EXPECT_EQ(head_of(response).find("Content-Length"), std::string::npos) << status;
    EXPECT_FALSE(may_have_body(status));
  }
  EXPECT_NE(head_of({}).find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(AnswerHead, cannot_be_split_by_a_value_and_keeps_framing_to_itself) {
  Response response;
  response.content_type = "text/plain\r\nX-Evil: 1";
  response.headers.emplace_back("X-Name", "a\r\n\r\nHTTP/1.1 200 OK");
  response.headers.emplace_back("content-length", "99");
  response.headers.emplace_back("Transfer-Encoding", "chunked");
  response.headers.emplace_back("CONNECTION", "upgrade");
  std::string const head = head_of(response);
  EXPECT_EQ(head.find("\r\nX-Evil"), std::string::npos);
  EXPECT_EQ(head.find("\r\nHTTP"), std::string::npos);
  EXPECT_EQ(head.find("\r\n\r\n"), head.size() - 4);
  EXPECT_EQ(head.find("99"), std::string::npos);
  EXPECT_EQ(head.find("chunked"), std::string::npos);
  EXPECT_EQ(head.find("upgrade"), std::string::npos);
}

TEST(HttpDate, is_that_of_rfc_9110) {
  using std::chrono::seconds;
  EXPECT_EQ(http_date(std::chrono::sys_seconds(seconds(784111777))), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(std::chrono::sys_seconds(seconds(951782400))), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(http_date(std::chrono::sys_seconds(seconds(0))), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(RequestHead, gives_the_first_header_of_a_name_in_any_case) {
  RequestHead head;
  head.headers = {{"ACCEPT", "a"}, {"accept", "b"}};
  EXPECT_EQ(head.header("Accept"), "a");
  EXPECT_EQ(head.header("Accept-Language"), "");
}

TEST(HttpStatus, follows_the_table_of_errors_REQ_HTTP_06_HTTP_20) {
  using base::Errc;
  for (Errc const code :
       {Errc::not_json, Errc::too_deep, Errc::wrong_type, Errc::missing_field, Errc::invalid_value, Errc::wrong_hook}) {
    EXPECT_EQ(http_status(code), 400U);
  }
  EXPECT_EQ(http_status(Errc::unauthenticated), 401U);
  EXPECT_EQ(http_status(Errc::forbidden), 403U);
  EXPECT_EQ(http_status(Errc::not_found), 404U);
  EXPECT_EQ(http_status(Errc::method_not_allowed), 405U);
  EXPECT_EQ(http_status(Errc::not_acceptable), 406U);
  EXPECT_EQ(http_status(Errc::timeout), 408U);
  EXPECT_EQ(http_status(Errc::missing_data), 412U);
  EXPECT_EQ(http_status(Errc::too_large), 413U);
  EXPECT_EQ(http_status(Errc::unsupported_media_type), 415U);
  EXPECT_EQ(http_status(Errc::too_many_requests), 429U);
  EXPECT_EQ(http_status(Errc::unavailable), 503U);
  for (Errc const code : {Errc::internal, Errc::io, Errc::invalid_rules, Errc::invalid_config}) {
    EXPECT_EQ(http_status(code), 500U);
  }
}

}  // namespace
}  // namespace ivig::server
