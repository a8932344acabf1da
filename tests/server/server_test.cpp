#include "server/server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <set>
#include <string>
#include <vector>

#include "tests/support/test_certificates.h"
#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

namespace ivig::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Answer;
using test::Door;
using test::TestCertificates;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;
using test::TlsOptions;

constexpr char const* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr char const* kGetDoor = "GET /door HTTP/1.1\r\nHost: a\r\n\r\n";

/// Made once: keys take time.
TestCertificates const& certificates() {
  static TestCertificates const made;
  return made;
}

TlsOptions trusting(int version = 0) {
  TlsOptions options;
  options.ca_file = certificates().file("ca.pem");
  if (version != 0) options.min_version = options.max_version = version;
  return options;
}

TestServerOptions over_tls() {
  TestServerOptions options;
  options.tls = certificates().context();
  return options;
}

bool connects(std::uint16_t port) {
  try {
    TestClient client(port);
    return client.call(kGet).status != 0;
  } catch (std::runtime_error const&) {
    return false;
  }
}

Listener listener(ListenAddress address, std::shared_ptr<Handler const> handler = nullptr) {
  Listener made;
  made.address = std::move(address);
  made.handler = std::move(handler);
  return made;
}

// --- start

TEST(Start, says_which_port_is_taken_and_leaves_nothing_open) {
  TestServer taken;
  std::ostringstream lines;
  Log log(LogLevel::info, LogFormat::json, lines);
  Server server(Limits{}, 1, log);
  std::vector<Listener> listeners;
  listeners.push_back(listener({false, "127.0.0.1", 0}));
  listeners.push_back(listener({false, "127.0.0.1", taken.port()}));
  auto const bound = server.start(std::move(listeners));
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().code, base::Errc::io);
  EXPECT_EQ(bound.error().where, "http://127.0.0.1:" + std::to_string(taken.port()));
  EXPECT_NE(bound.error().detail.find("choose another"), std::string::npos) << bound.error().detail;
}

TEST(Start, says_what_is_wrong_with_an_address) {
  struct Row {
    ListenAddress address;
    base::Errc code;
    char const* detail;
  };
  for (Row const& row : std::vector<Row>{{{true, "127.0.0.1", 0}, base::Errc::invalid_config, "tls.certificate"},
                                         {{false, "no-such-host.invalid", 0}, base::Errc::io, "give an IP address"},
                                         {{false, "192.0.2.1", 0}, base::Errc::io, "no such address"}}) {
    std::ostringstream lines;
    Log log(LogLevel::info, LogFormat::json, lines);
    Server server(Limits{}, 1, log);
    std::vector<Listener> listeners;
    listeners.push_back(listener(row.address));
    auto const bound = server.start(std::move(listeners));
    ASSERT_FALSE(bound) << row.address.text();
    EXPECT_EQ(bound.error().code, row.code);
    EXPECT_EQ(bound.error().where, row.address.text());
    EXPECT_NE(bound.error().detail.find(row.detail), std::string::npos) << bound.error().detail;
  }
}

TEST(Start, serves_several_listeners_each_with_its_own_handler) {
  std::ostringstream lines;
  Log log(LogLevel::info, LogFormat::json, lines);
  Server server(Limits{}, 2, log);
  auto says = [](char const* text) {
    auto handler = std::make_shared<Handler>();
    handler->on_head = [text](RequestHead const&) {
      Response response;
      response.body = text;
      return at_once(response);
    };
    return handler;
  };
  std::vector<Listener> listeners;
  listeners.push_back(listener({false, "127.0.0.1", 0}, says("services")));
  listeners.push_back(listener({false, "localhost", 0}, says("probes")));
  listeners.back().access_log = false;
  auto const bound = server.start(std::move(listeners));
  ASSERT_TRUE(bound) << bound.error().detail;
  {
    TestClient services((*bound)[0].port);
    TestClient probes((*bound)[1].port);
    EXPECT_EQ(services.call(kGet).body, "services");
    EXPECT_EQ(probes.call(kGet).body, "probes");
  }
  EXPECT_TRUE(server.stop());
  std::string const log_text = lines.str();
  EXPECT_EQ(std::count(log_text.begin(), log_text.end(), '\n'), 1) << "probes leave no access line: " << log_text;
}

// --- stop

TEST(Stop, answers_what_is_in_flight_and_accepts_nothing_new) {
  Door door;
  TestServerOptions options;
  options.limits.linger_time = milliseconds(100);
  options.door = &door;
  TestServer server(std::move(options));
  TestClient in_flight(server.port());
  TestClient idle(server.port());
  EXPECT_EQ(idle.call(kGet).status, 200);
  in_flight.send(kGetDoor);
  ASSERT_TRUE(door.has_waiting(1));

  auto stopped = std::async(std::launch::async, [&server] { return server.server().stop(); });
  EXPECT_TRUE(idle.is_closed());
  // The idle connection ended after the listener was closed or beside it; wait until no new one is taken.
  for (int i = 0; i < 1000 && connects(server.port()); ++i) std::this_thread::sleep_for(milliseconds(2));
  EXPECT_FALSE(connects(server.port()));
  EXPECT_EQ(stopped.wait_for(seconds(0)), std::future_status::timeout);

  door.open();
  Answer const answer = in_flight.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(in_flight.is_closed());
  EXPECT_TRUE(stopped.get());
}

TEST(Stop, lets_a_request_finish_that_has_begun_to_arrive) {
  TestServerOptions options;
  options.limits.linger_time = milliseconds(100);
  TestServer server(std::move(options));
  TestClient client(server.port());
  TestClient idle(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  ASSERT_EQ(client.read_answer().status, 100);
  auto stopped = std::async(std::launch::async, [&server] { return server.server().stop(); });
  EXPECT_TRUE(idle.is_closed());
  EXPECT_EQ(client.call("body").body, "POST / body");
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(stopped.get());
}

TEST(Stop, gives_up_after_the_request_time_and_says_so) {
  Door door;
  TestServerOptions options;
  options.door = &door;
  options.limits.request_time = milliseconds(200);
  TestServer server(std::move(options));
  TestClient client(server.port());
  client.send(kGetDoor);
  ASSERT_TRUE(door.has_waiting(1));
  EXPECT_FALSE(server.server().stop());
  EXPECT_FALSE(server.server().stop()) << "a second call says the same";
  EXPECT_NE(server.stop_and_read_log().find(R"("event":"stop_timed_out","connections_open":1)"), std::string::npos);
}

TEST(Stop, does_not_wait_for_connections_that_have_asked_nothing) {
  TestServerOptions options = over_tls();
  options.limits.header_time = std::chrono::hours(1);  // longer than a stop waits for anything
  TestServer server(std::move(options));
  TestClient silent(server.port());  // no handshake
  ASSERT_TRUE(server.comes_to([](CounterValues const& now) { return now.connections_open == 1; }));
  EXPECT_TRUE(server.server().stop());
}

TEST(Stop, without_start_or_connections_is_clean) {
  std::ostringstream lines;
  Log log(LogLevel::info, LogFormat::json, lines);
  Server never_started(Limits{}, 1, log);
  EXPECT_TRUE(never_started.stop());
  TestServer server;
  EXPECT_TRUE(server.server().stop());
  EXPECT_TRUE(server.server().stop());
}

// --- limits.connections

TEST(ConnectionLimit, turns_away_with_503_and_takes_the_next_when_one_has_gone) {
  Door door;
  TestServerOptions options;
  options.limits.connections = 2;
  options.door = &door;
  TestServer server(std::move(options));
  TestClient first(server.port());
  {
    // Calls are under way on both: no connection is idle and could make place (places_test.cpp).
    TestClient second(server.port());
    first.send(kGetDoor);
    second.send(kGetDoor);
    ASSERT_TRUE(door.has_waiting(2));
    TestClient third(server.port());
    Answer const answer = third.call(kGet);
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
    EXPECT_TRUE(third.is_closed());
    door.open();
    EXPECT_EQ(first.read_answer().status, 200) << "those within the limit are served on";
    EXPECT_EQ(second.read_answer().status, 200);
  }
  ASSERT_TRUE(server.comes_to([](CounterValues const& now) { return now.connections_open == 1; }));
  TestClient next(server.port());
  EXPECT_EQ(next.call(kGet).status, 200);
  EXPECT_EQ(server.counters().refused_over_limit, 1);
}

// --- TLS

class TlsVersion : public testing::TestWithParam<std::pair<int, char const*>> {};

TEST_P(TlsVersion, is_served_with_a_certificate_that_the_ca_vouches_for_REQ_TLS_02_TLS_03) {
  TestServer server(over_tls());
  TestClient client(server.port(), trusting(GetParam().first));
  EXPECT_STREQ(SSL_get_version(client.tls()), GetParam().second);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call(kGet).body, "GET / ");
  std::string const body(300000, 'x');
  EXPECT_EQ(client.call("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + body).body, "POST / " + body);
}

INSTANTIATE_TEST_SUITE_P(Both, TlsVersion,
                         testing::Values(std::pair(TLS1_2_VERSION, "TLSv1.2"), std::pair(TLS1_3_VERSION, "TLSv1.3")));

TEST(Tls, refuses_older_versions_and_weak_ciphers_REQ_TLS_02) {
  TestServer server(over_tls());
  EXPECT_THROW(TestClient(server.port(), trusting(TLS1_1_VERSION)), std::runtime_error);
  EXPECT_THROW(TestClient(server.port(), trusting(TLS1_VERSION)), std::runtime_error);
  for (char const* cipher : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "NULL"}) {
    TlsOptions weak = trusting(TLS1_2_VERSION);
    weak.ciphers = cipher;
    EXPECT_THROW(TestClient(server.port(), weak), std::runtime_error) << cipher;
  }
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.tls_failures == 5; }));
  TestClient client(server.port(), trusting());
  EXPECT_EQ(client.call(kGet).status, 200);
}

TEST(Tls, closes_on_plain_http_without_reading_a_request_REQ_TLS_01) {
  TestServerOptions options = over_tls();
  bool asked = false;
  options.on_head = [&asked](RequestHead const&) -> std::optional<Response> {
    asked = true;
    return {};
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(client.read_answer().status, 0);
  EXPECT_TRUE(client.is_closed());
  server.server().stop();
  EXPECT_FALSE(asked);
}

TEST(Tls, connection_that_never_shakes_hands_is_closed) {
  TestServerOptions options = over_tls();
  options.limits.header_time = milliseconds(200);
  TestServer server(std::move(options));
  TestClient client(server.port());
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.tls_failures == 1; }));
}

TEST(Tls, tells_the_handler_and_the_log_and_ends_with_a_close_notify) {
  TestServerOptions options = over_tls();
  options.answer = [](RequestHead const& head, std::string const&) {
    Response response;
    response.body = head.tls ? "tls" : "plain";
    return response;
  };
  TestServer server(std::move(options));
  {
    TestClient client(server.port(), trusting());
    EXPECT_EQ(client.call("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").body, "tls");
    EXPECT_TRUE(client.is_closed());
    EXPECT_NE(SSL_get_shutdown(client.tls()) & SSL_RECEIVED_SHUTDOWN, 0) << "or an answer could be cut unnoticed";
  }
  EXPECT_NE(server.stop_and_read_log().find(R"("tls":true)"), std::string::npos);
}

TEST(Tls, demands_a_client_certificate_when_told_to_REQ_TLS_04) {
  certs::ServerTlsFiles files = certificates().files();
  files.client_ca = certificates().file("ca.pem");
  files.require_client_certificate = true;
  TestServerOptions options;
  options.tls = TestCertificates::context(files);
  TestServer server(std::move(options));
  EXPECT_THROW(TestClient(server.port(), trusting(TLS1_2_VERSION)), std::runtime_error);
  // With TLS 1.3 the client learns of the refusal from its first read.
  TestClient client(server.port(), trusting(TLS1_3_VERSION));
  EXPECT_EQ(client.call(kGet).status, 0);
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.tls_failures == 2; }));
}

TEST(Tls, new_certificates_serve_new_connections_and_open_ones_go_on) {
  TestServer server(over_tls());
  TestClient old(server.port(), trusting());
  EXPECT_EQ(old.call(kGet).status, 200);

  TestCertificates const renewed;
  server.server().replace_tls(renewed.context());
  EXPECT_EQ(old.call(kGet).status, 200);
  TlsOptions trusts_renewed;
  trusts_renewed.ca_file = renewed.file("ca.pem");
  bool served = false;
  // The change is handed to the acceptor's thread: it holds a moment later.
  for (int i = 0; i < 1000 && !served; ++i) {
    try {
      TestClient client(server.port(), trusts_renewed);
      served = client.call(kGet).status == 200;
    } catch (std::runtime_error const&) {
      std::this_thread::sleep_for(milliseconds(2));
    }
  }
  EXPECT_TRUE(served);
  EXPECT_THROW(TestClient(server.port(), trusting()), std::runtime_error) << "the old certificate is gone";
  EXPECT_EQ(old.call(kGet).status, 200);
}

TEST(Tls, replacement_leaves_plain_listeners_plain) {
  TestServer server;
  server.server().replace_tls(certificates().context());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(connects(server.port()));
}

// --- many at once

TEST(Server, serves_many_clients_at_once_each_with_its_own_answer) {
  TestServer server(over_tls());
  std::vector<std::future<int>> clients;
  clients.reserve(8);
  for (int c = 0; c < 8; ++c) {
    clients.push_back(std::async(std::launch::async, [&server, c] {
      TestClient client(server.port(), trusting());
      int right = 0;
      for (int i = 0; i < 25; ++i) {
        std::string const text = std::to_string(c) + "-" + std::to_string(i);
        Answer const answer =
            client.call("POST /" + text + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(text.size()) +
                        "\r\n\r\n" + text);
        right += answer.body == "POST /" + text + " " + text ? 1 : 0;
      }
      return right;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 25);
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.answers[2] == 200; }));
}

}  // namespace
}  // namespace ivig::server
