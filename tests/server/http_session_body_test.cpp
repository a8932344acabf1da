#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/http_session.h"
#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

// Request bodies: chunked, announced with Expect, and longer than the limit.

namespace ivig::server {
namespace {

using test::Answer;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;

std::string chunked(std::string const& chunks, std::string const& path = "/") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

TestServerOptions with_body_limit(std::size_t bytes) {
  TestServerOptions options;
  options.limits.body_bytes = bytes;
  return options;
}

TEST(ChunkedBody, is_put_together_wherever_it_was_cut_REQ_HTTP_08) {
  TestServer server;
  TestClient client(server.port());
  std::string const request = chunked("5\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n");
  for (std::size_t const size : {1UL, 2UL, 3UL, 5UL, 11UL, request.size()}) {
    client.send_in_pieces(request, size);
    EXPECT_EQ(client.read_answer().body, "POST / hello 0123456789") << size;
  }
}

TEST(ChunkedBody, may_be_empty_have_extensions_and_leading_zeros_and_hex_of_either_case) {
  TestServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.call(chunked("0\r\n\r\n")).body, "POST / ");
  EXPECT_EQ(client.call(chunked("0003;a=b;c=\"d\"\r\nabc\r\n0;last\r\n\r\n")).body, "POST / abc");
  EXPECT_EQ(client.call(chunked("b\r\n01234567890\r\nB\r\n01234567890\r\n0\r\n\r\n")).body,
            "POST / 0123456789001234567890");
}

TEST(ChunkedBody, drops_trailers_so_that_none_passes_for_a_header) {
  TestServerOptions options;
  options.answer = [](RequestHead const& head, std::string const& body) {
    Response response;
    response.body = std::string(head.header("Authorization")) + "|" + body;
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  std::string const trailers = "Authorization: Bearer forged\r\nHost: b\r\n";
  EXPECT_EQ(client.call(chunked("2\r\nab\r\n0\r\n" + trailers + "\r\n")).body, "|ab");
  EXPECT_EQ(client.call(chunked("2\r\ncd\r\n0\r\n\r\n")).body, "|cd");
}

TEST(ChunkedBody, of_many_small_chunks_and_of_one_large_arrives_whole) {
  TestServer server;
  TestClient client(server.port());
  std::string small;
  std::string whole;
  for (int i = 0; i < 20000; ++i) {
    small += "1\r\n" + std::string(1, static_cast<char>('a' + i % 26)) + "\r\n";
    whole += static_cast<char>('a' + i % 26);
  }
  EXPECT_EQ(client.call(chunked(small + "0\r\n\r\n")).body, "POST / " + whole);
  std::string const large(1 << 20, 'z');
  EXPECT_EQ(client.call(chunked("100000\r\n" + large + "\r\n0\r\n\r\n")).body, "POST / " + large);
}

class BadChunks : public testing::TestWithParam<char const*> {};

TEST_P(BadChunks, are_answered_400_and_the_connection_is_closed_REQ_HTTP_10) {
  TestServer server;
  TestClient client(server.port());
  client.send(chunked(GetParam(), "/chunks"));
  client.finish_sending();
  Answer const answer = client.read_answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadChunks,
    testing::Values("x\r\nabc\r\n0\r\n\r\n",                       // no number
                    "\r\nabc\r\n0\r\n\r\n",                        // no size
                    "-3\r\nabc\r\n0\r\n\r\n",                      // signed
                    "+3\r\nabc\r\n0\r\n\r\n",                      //
                    "0x3\r\nabc\r\n0\r\n\r\n",                     // a prefix
                    " 3\r\nabc\r\n0\r\n\r\n",                      // a blank before
                    "3\nabc\r\n0\r\n\r\n",                         // LF alone
                    "3\rabc\r\n0\r\n\r\n",                         // CR alone
                    "3\r\nabcd\r\n0\r\n\r\n",                      // longer than declared
                    "4\r\nabc\r\n0\r\n\r\n",                       // shorter than declared
                    "3\r\nabc0\r\n\r\n",                           // no end of line after the data
                    "3\r\nabc\n0\r\n\r\n",                         //
                    "10000000000000003\r\nabc\r\n0\r\n\r\n",       // past 64 bits: would wrap to 3
                    "3\r\nabc\r\n",                                // no last chunk
                    "3\r\nabc\r\n0\r\n",                           // no final empty line
                    "3\r\nabc\r\n0\r\nbroken trailer\r\n\r\n",     //
                    "3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n",  // a trailer that frames (RFC 9110 6.5.1)
                    "3\r\nabc\r\n0\r\nX: 1\n\r\n\r\n"));

TEST(ChunkedBody, that_is_only_size_line_or_trailers_without_end_is_refused) {
  TestServerOptions options;
  options.limits.header_bytes = 1024;
  TestServer server(std::move(options));
  TestClient extension(server.port());
  extension.send(chunked("3;" + std::string(100000, 'x')));
  EXPECT_EQ(extension.read_answer().status, 400);
  TestClient trailers(server.port());
  std::string flood;
  for (int i = 0; i < 5000; ++i) flood += "X-Trailer-" + std::to_string(i) + ": y\r\n";
  trailers.send(chunked("0\r\n" + flood));
  EXPECT_EQ(trailers.read_answer().status, 400);
}

TEST(Expectation, of_100_continue_is_met_before_the_body_is_sent_REQ_HTTP_08) {
  TestServer server;
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  EXPECT_EQ(client.call("body").body, "POST / body");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  EXPECT_EQ(client.call("4\r\nmore\r\n0\r\n\r\n").body, "POST / more");
}

TEST(Expectation, is_not_answered_where_no_body_follows_or_it_is_here_already_or_the_client_is_old) {
  TestServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.call("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").status, 200);
  EXPECT_EQ(client.call("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody").status,
            200);
  EXPECT_EQ(client.call("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody").status, 200);
}

TEST(Expectation, that_is_unknown_is_answered_417) {
  for (std::string const expectation : {"200-maybe", "100-continue, 200-maybe"}) {
    TestServer server;
    TestClient client(server.port());
    Answer const answer =
        client.call("POST / HTTP/1.1\r\nHost: a\r\nExpect: " + expectation + "\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(answer.status, 417) << expectation;
    EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Expectation, is_disappointed_without_100_when_the_answer_is_clear_from_the_head_REQ_HTTP_09) {
  TestServer server(with_body_limit(1024));
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1025\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(BodyLimit, lets_the_limit_itself_through_and_nothing_longer_REQ_HTTP_09) {
  TestServer server(with_body_limit(1024));
  std::string const full(1024, 'x');
  {
    TestClient client(server.port());
    EXPECT_EQ(client.call("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1024\r\n\r\n" + full).body.size(), 7 + 1024);
    EXPECT_EQ(client.call(chunked("400\r\n" + full + "\r\n0\r\n\r\n")).body.size(), 7 + 1024);
  }
  // Declared: refused without waiting for the body.
  TestClient declared(server.port());
  declared.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n");
  Answer const answer = declared.read_answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
  // Chunked: refused at the chunk that is too much, in one chunk or in sum.
  TestClient one(server.port());
  EXPECT_EQ(one.call(chunked("401\r\n")).status, 413);
  TestClient sum(server.port());
  EXPECT_EQ(sum.call(chunked("400\r\n" + full + "\r\n1\r\ny\r\n")).status, 413);
  EXPECT_EQ(server.counters().bodies_too_long, 3);
}

TEST(BodyLimit, answer_is_readable_although_the_client_goes_on_sending) {
  TestServer server(with_body_limit(1024));
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  client.send(std::string(1000000, 'x'));
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST(Body, of_megabytes_arrives_whole_REQ_HTTP_09) {
  TestServerOptions options;
  options.answer = [](RequestHead const&, std::string const& body) {
    Response response;
    response.body = std::to_string(body.size()) + " " + std::to_string(std::hash<std::string>{}(body));
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  std::string body;
  for (int i = 0; body.size() < 10000000; ++i) body += std::to_string(i) + ",";
  std::string const expected = std::to_string(body.size()) + " " + std::to_string(std::hash<std::string>{}(body));
  EXPECT_EQ(
      client.call("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
          .body,
      expected);
}

TEST(Body, that_ends_early_is_answered_400) {
  TestServer server;
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nshort");
  client.finish_sending();
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.is_closed());
}

TEST(Body, is_given_byte_for_byte) {
  TestServer server;
  TestClient client(server.port());
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(client.call("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 256\r\n\r\n" + bytes).body, "POST / " + bytes);
}

}  // namespace
}  // namespace ivig::server
