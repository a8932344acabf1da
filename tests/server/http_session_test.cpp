#include "server/http_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

// Exchanges as they should go; refusals are in http_session_refusal_test.cpp, bodies in http_session_body_test.cpp.

namespace ivig::server {
namespace {

using test::Answer;
using test::Door;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;

std::string post(std::string const& path, std::string const& body, std::string const& more_headers = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + more_headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(HttpSession, answers_several_requests_on_one_connection_REQ_HTTP_08) {
  TestServer server;
  TestClient client(server.port());
  for (int i = 0; i < 5; ++i) {
    std::string const n = std::to_string(i);
    Answer const answer = client.call(post("/p" + n, "body " + n));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "POST /p" + n + " body " + n);
    EXPECT_EQ(answer.header("Connection"), "");
  }
  EXPECT_EQ(server.counters().accepted, 1);
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.answers[2] == 5; }));
}

TEST(HttpSession, answers_pipelined_requests_in_their_order_REQ_HTTP_08) {
  TestServer server;
  TestClient client(server.port());
  std::string all = "GET /0 HTTP/1.1\r\nHost: a\r\n\r\n" + post("/1", "one");
  all += "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n" + post("/3", "three");
  client.send(all);
  EXPECT_EQ(client.read_answer().body, "GET /0 ");
  EXPECT_EQ(client.read_answer().body, "POST /1 one");
  EXPECT_EQ(client.read_answer().body, "POST /2 two");
  EXPECT_EQ(client.read_answer().body, "POST /3 three");
}

TEST(HttpSession, reads_requests_cut_at_any_byte) {
  TestServer server;
  TestClient client(server.port());
  std::string const request = post("/cut?a=b", "0123456789");
  for (std::size_t const size : {1, 2, 3, 7}) {
    client.send_in_pieces(request, size);
    EXPECT_EQ(client.read_answer().body, "POST /cut?a=b 0123456789") << size;
  }
}

TEST(HttpSession, passes_over_empty_lines_before_a_request) {
  TestServer server;
  TestClient client(server.port());
  EXPECT_EQ(client.call("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST(HttpSession, closes_when_the_client_asks_for_it) {
  TestServer server;
  TestClient client(server.port());
  Answer const answer = client.call(post("/", "x", "Connection: close\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpSession, closes_when_the_handler_asks_for_it) {
  TestServerOptions options;
  options.answer = [](RequestHead const&, std::string const&) {
    Response response;
    response.close = true;
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  EXPECT_EQ(client.call(post("/", "x")).header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpSession, serves_http_1_0_without_host) {
  TestServer server;
  TestClient once(server.port());
  Answer const answer = once.call("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.body, "GET /old ");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(once.is_closed());
  TestClient kept(server.port());
  EXPECT_EQ(kept.call("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"), "keep-alive");
  EXPECT_EQ(kept.call("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").status, 200);
}

TEST(HttpSession, answers_head_with_the_length_but_without_the_body) {
  TestServer server;
  TestClient client(server.port());
  client.send("HEAD /page HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  Answer const head = client.read_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(std::string("HEAD /page ").size()));
  // Were a body sent, the next answer would not begin here.
  EXPECT_EQ(client.read_answer().body, "GET /next ");
}

TEST(HttpSession, gives_options_to_the_handler_and_sends_204_without_a_body_REQ_CORS_02) {
  TestServerOptions options;
  options.on_head = [](RequestHead const& head) -> std::optional<Response> {
    if (head.method != "OPTIONS") return {};
    Response response;
    response.status = 204;
    response.body = "never sent";
    response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  Answer const answer = client.call("OPTIONS /x HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
  EXPECT_EQ(answer.header("Content-Length"), "");
  EXPECT_EQ(client.call(post("/", "x")).body, "POST / x");
}

TEST(HttpSession, gives_the_head_as_it_was_sent) {
  TestServerOptions options;
  options.answer = [](RequestHead const& head, std::string const&) {
    Response response;
    response.body = head.path + "|" + head.query + "|" + std::string(head.header("ACCEPT")) + "|" +
                    std::string(head.header("missing")) + "|" + head.peer + "|" + (head.tls ? "tls" : "plain");
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  EXPECT_EQ(client.call("GET //a%2Fb/?q=%20 HTTP/1.1\r\nHost: a\r\naccept:  */* \r\n\r\n").body,
            "//a%2Fb/|q=%20|*/*||127.0.0.1|plain");
  // Headers of one request are gone in the next.
  EXPECT_EQ(client.call("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n").body, "/b||||127.0.0.1|plain");
}

TEST(HttpSession, sends_date_and_request_id_and_takes_over_only_ids_without_meaning) {
  TestServer server;
  TestClient client(server.port());
  Answer const first = client.call(post("/", "x"));
  Answer const second = client.call(post("/", "x"));
  EXPECT_EQ(first.header("Date").size(), std::string("Tue, 24 Nov 2026 13:40:00 GMT").size());
  EXPECT_EQ(first.header("X-Request-Id").size(), 16);
  EXPECT_NE(first.header("X-Request-Id"), second.header("X-Request-Id"));
  std::string const id = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";
  EXPECT_EQ(client.call(post("/", "x", "X-Request-Id: " + id + "\r\n")).header("X-Request-Id"), id);
  EXPECT_EQ(client.call(post("/", "x", "X-Request-Id: mrn 12345\r\n")).header("X-Request-Id").size(), 16);
}

TEST(HttpSession, sends_answers_of_any_length) {
  TestServerOptions options;
  options.answer = [](RequestHead const& head, std::string const&) {
    Response response;
    response.body.assign(std::stoul(head.query), 'x');
    return response;
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  for (std::size_t const size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 5000000UL}) {
    Answer const answer = client.call("GET /?" + std::to_string(size) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body.size(), size);
  }
}

TEST(HttpSession, keeps_the_connection_after_an_early_answer_only_if_no_body_was_left_unread) {
  TestServerOptions options;
  options.on_head = [](RequestHead const&) {
    Response response;
    response.status = 401;
    return std::optional<Response>(response);
  };
  TestServer server(std::move(options));
  TestClient client(server.port());
  EXPECT_EQ(client.call("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 401);
  Answer const refused = client.call(post("/", "a body that nobody reads"));
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpSession, answers_500_with_an_outcome_when_a_handler_throws_and_goes_on_REQ_HTTP_22) {
  TestServerOptions options;
  options.answer = [](RequestHead const& head, std::string const& body) {
    if (head.path == "/std") throw std::runtime_error("name of a patient");
    if (head.path == "/other") throw 42;
    return test::echo(head, body);
  };
  options.on_head = [](RequestHead const& head) -> std::optional<Response> {
    if (head.path == "/head") throw std::runtime_error("name of a patient");
    return {};
  };
  TestServer server(std::move(options));
  {
    TestClient client(server.port());
    for (std::string const path : {"/std", "/other", "/head"}) {
      Answer const answer = client.call("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
      EXPECT_EQ(answer.status, 500) << path;
      EXPECT_NE(answer.body.find("OperationOutcome"), std::string::npos);
      EXPECT_EQ(answer.body.find("patient"), std::string::npos);
    }
    EXPECT_EQ(client.call(post("/", "still here")).body, "POST / still here");
  }
  EXPECT_EQ(server.counters().handler_exceptions, 3);
  std::string const log = server.stop_and_read_log();
  EXPECT_NE(log.find(R"("event":"handler_exception")"), std::string::npos) << log;
  EXPECT_EQ(log.find("patient"), std::string::npos) << log;
}

TEST(HttpSession, serves_other_connections_while_a_handler_waits) {
  Door door;
  TestServerOptions options;
  options.threads = 1;
  options.door = &door;
  TestServer server(std::move(options));
  TestClient slow(server.port());
  slow.send(post("/door", "slow"));
  ASSERT_TRUE(door.has_waiting(1));
  TestClient quick(server.port());
  EXPECT_EQ(quick.call(post("/", "quick")).body, "POST / quick");
  door.open();
  EXPECT_EQ(slow.read_answer().body, "POST /door slow");
}

TEST(HttpSession, survives_clients_that_leave_at_any_moment) {
  Door door;
  TestServerOptions options;
  options.door = &door;
  TestServer server(std::move(options));
  std::string const request = post("/door", "body");
  for (std::size_t cut = 0; cut <= request.size(); cut += 9) TestClient(server.port()).send(request.substr(0, cut));
  TestClient(server.port()).send(request);
  ASSERT_TRUE(door.has_waiting(1));
  door.open();
  TestClient client(server.port());
  EXPECT_EQ(client.call(post("/", "x")).status, 200);
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.connections_open == 1; }));
}

TEST(AccessLog, names_the_route_and_the_cost_and_nothing_of_the_patient) {
  TestServer server;
  {
    TestClient client(server.port());
    client.call(
        post("/Patient/mrn-777?name=Doe", R"({"name":"Doe"})", "Authorization: Bearer secret\r\nX-Name: Doe\r\n"));
    client.call("DOE /Patient/mrn-777 HTTP/1.1\r\nHost: a\r\n\r\n");
    client.call("GET /Doe HTTP/1.1\r\nHost: a\r\nContent-Length: Doe\r\n\r\n");
  }
  std::string const log = server.stop_and_read_log();
  for (char const* private_text : {"Doe", "DOE", "mrn-777", "secret", "127.0.0.1"}) {
    EXPECT_EQ(log.find(private_text), std::string::npos) << private_text << " in " << log;
  }
  for (char const* field :
       {R"("event":"access")", R"("request_id":")", R"("method":"POST")", R"("method":"other")", R"("route":"echo")",
        R"("status":200)", R"("status":400)", R"("bytes":)", R"("duration_us":)", R"("tls":false)"}) {
    EXPECT_NE(log.find(field), std::string::npos) << field << " not in " << log;
  }
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 3) << log;
}

}  // namespace
}  // namespace ivig::server
