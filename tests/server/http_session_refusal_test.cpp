#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/http_session.h"
#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

// What is no request, and what takes too long.

namespace ivig::server {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;

struct BadHead {
  char const* name;
  std::string text;
};

void PrintTo(BadHead const& head, std::ostream* out) { *out << head.name; }

class BadRequest : public testing::TestWithParam<BadHead> {};

TEST_P(BadRequest, is_answered_400_at_once_and_the_connection_is_closed_REQ_HTTP_10) {
  TestServer server;
  TestClient client(server.port());
  client.send(GetParam().text);
  Answer const answer = client.read_answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos) << answer.body;
  EXPECT_EQ(client.read_answer().status, 0) << "what follows must not be taken for a request";
  EXPECT_EQ(server.counters().bad_framing, 1);
}

/// Behind each bad head stands a request that a lenient reader would answer.
constexpr char const* kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Table, BadRequest,
    testing::Values(
        BadHead{"two_lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n"},
        BadHead{"equal_lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"},
        BadHead{"length_list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n"},
        BadHead{"length_sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n"},
        BadHead{"length_hex", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n"},
        BadHead{"length_too_large", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n"},
        BadHead{"length_and_chunked",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        BadHead{"chunked_and_length",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"},
        BadHead{"chunked_twice",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
                "chunked\r\n\r\n0\r\n\r\n"},
        BadHead{"encoding_unknown", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"},
        BadHead{"encoding_with_vertical_tab",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0b"
                "chunked\r\n\r\n0\r\n\r\n"},
        BadHead{"chunked_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        BadHead{"bare_lf_after_the_request_line", std::string("GET / HTTP/1.1\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"bare_lf_after_a_header", std::string("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n") + kSmuggled},
        BadHead{"bare_lf_at_the_end", std::string("GET / HTTP/1.1\r\nHost: a\r\n\n") + kSmuggled},
        BadHead{"bare_cr_in_a_header", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n") + kSmuggled},
        BadHead{"folded_header", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n") + kSmuggled},
        BadHead{"folded_by_a_tab", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n") + kSmuggled},
        BadHead{"blank_before_the_first_header", std::string("GET / HTTP/1.1\r\n Host: a\r\n\r\n") + kSmuggled},
        BadHead{"blank_before_the_colon", std::string("GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n")},
        BadHead{"no_host", std::string("GET / HTTP/1.1\r\n\r\n") + kSmuggled},
        BadHead{"two_hosts", std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"host_list", std::string("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n") + kSmuggled},
        BadHead{"host_with_user", std::string("GET / HTTP/1.1\r\nHost: b@a\r\n\r\n") + kSmuggled},
        BadHead{"nul_in_a_header", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 35) + kSmuggled},
        BadHead{"control_in_the_target", std::string("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"blank_in_the_target", std::string("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"header_without_colon", std::string("GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n") + kSmuggled},
        BadHead{"header_without_name", std::string("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n") + kSmuggled},
        BadHead{"method_with_a_slash", std::string("G/T / HTTP/1.1\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"no_version", std::string("GET /\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"version_1_2", std::string("GET / HTTP/1.2\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"version_2", std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")},
        BadHead{"version_in_small_letters", std::string("GET / http/1.1\r\nHost: a\r\n\r\n") + kSmuggled},
        BadHead{"json_without_a_head", std::string("{\"hook\":\"order-sign\"}\r\n\r\n")},
        BadHead{"tls_on_a_plain_port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)}),
    [](auto const& instance) { return std::string(instance.param.name); });

TestServerOptions with_header_limit(std::size_t bytes) {
  TestServerOptions options;
  options.limits.header_bytes = bytes;
  return options;
}

/// A request whose head has `size` bytes, the last of them in one header.
std::string head_of(std::size_t size) {
  std::string const begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  return begin + std::string(size - begin.size() - 4, 'x') + "\r\n\r\n";
}

TEST(LongHead, is_served_up_to_the_limit_and_answered_431_beyond) {
  TestServer server(with_header_limit(4096));
  TestClient client(server.port());
  EXPECT_EQ(client.call(head_of(4096)).status, 200);
  Answer const answer = client.call(head_of(4097));
  EXPECT_EQ(answer.status, 431);
  EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST(LongHead, is_refused_before_it_ends_when_it_is_a_flood) {
  TestServer server(with_header_limit(4096));
  TestClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "X" + std::to_string(i) + ": y\r\n";
  client.send(flood);
  EXPECT_EQ(client.read_answer().status, 431);
  EXPECT_TRUE(client.is_closed());
}

TEST(LongHead, of_the_default_limit_leaves_room_for_tokens) {
  TestServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.call(head_of(32 * 1024)).status, 200);
  EXPECT_EQ(client.call(head_of(32 * 1024 + 1)).status, 431);
}

TEST(LongHead, that_is_all_request_line_is_answered_414) {
  TestServer server(with_header_limit(4096));
  TestClient whole(server.port());
  EXPECT_EQ(whole.call("GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 414);
  TestClient endless(server.port());
  endless.send("GET /" + std::string(5000, 'a'));
  EXPECT_EQ(endless.read_answer().status, 414);
  EXPECT_TRUE(endless.is_closed());
}

TEST(LongHead, does_not_count_the_body_that_came_along) {
  TestServer server(with_header_limit(4096));
  TestClient client(server.port());
  std::string const body(12000, 'x');
  EXPECT_EQ(client.call("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 12000\r\n\r\n" + body).status, 200);
}

TEST(SlowHead, is_answered_408_when_its_time_is_over) {
  TestServerOptions options;
  options.limits.header_time = milliseconds(200);
  TestServer server(std::move(options));
  TestClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n");
  Answer const answer = client.read_answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.counters().header_timeouts, 1);
}

TEST(SlowHead, gains_no_time_by_sending_byte_after_byte) {
  TestServerOptions options;
  options.limits.header_time = milliseconds(200);
  TestServer server(std::move(options));
  TestClient client(server.port());
  auto const begin = std::chrono::steady_clock::now();
  client.send("GET / HTTP/1.1\r\n");
  while (!client.is_readable(milliseconds(20)) && std::chrono::steady_clock::now() - begin < std::chrono::seconds(10)) {
    client.send("X");
  }
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST(SlowBody, is_answered_408_when_its_time_is_over_declared_or_chunked) {
  TestServerOptions options;
  options.limits.request_time = milliseconds(200);
  TestServer server(std::move(options));
  TestClient declared(server.port());
  declared.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  TestClient chunked(server.port());
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  EXPECT_EQ(declared.read_answer().status, 408);
  EXPECT_TRUE(declared.is_closed());
  EXPECT_EQ(chunked.read_answer().status, 408);
  EXPECT_TRUE(chunked.is_closed());
  EXPECT_EQ(server.counters().body_timeouts, 2);
}

TEST(IdleConnection, is_closed_without_an_answer_before_and_after_a_request) {
  TestServerOptions options;
  options.limits.idle_time = milliseconds(200);
  TestServer server(std::move(options));
  TestClient silent(server.port());
  EXPECT_TRUE(silent.is_closed());
  // On a busy machine a connection may have idled too long before its request is on the way: then with another one.
  std::unique_ptr<TestClient> used;
  unsigned connections = 0;
  do {
    used = std::make_unique<TestClient>(server.port());
    ++connections;
  } while (used->call("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status != 200 && connections < 100);
  EXPECT_TRUE(used->is_closed());
  EXPECT_EQ(server.counters().answers[2], 1);
  EXPECT_EQ(server.counters().answers[4], 0);
  EXPECT_EQ(server.counters().idle_timeouts, 1 + connections);
}

TEST(SlowReader, is_dropped_when_it_does_not_take_its_answer) {
  TestServerOptions options;
  options.limits.request_time = milliseconds(200);
  options.limits.linger_time = milliseconds(100);
  options.answer = [](RequestHead const&, std::string const&) {
    Response response;
    response.body.assign(50000000, 'x');
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.answers[2] == 1; }));
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.connections_open == 0; }));
  EXPECT_EQ(server.counters().slow_readers, 1);
}

}  // namespace
}  // namespace ivig::server
