// No path reads more of a body than it can use, and all bodies together are bounded.
#include "server/body_budget.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

namespace ivig::server {
namespace {

using test::Answer;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;

std::string head(std::string const& path, std::size_t bytes) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

TestServerOptions with_short_forms() {
  TestServerOptions options;
  options.on_head = [](RequestHead& asked) -> std::optional<Response> {
    if (asked.path == "/form") asked.body_limit = {1000, "limits.form_bytes"};
    if (asked.path == "/nothing") asked.body_limit = {0, ""};
    return std::nullopt;
  };
  options.answer = [](RequestHead const& asked, std::string const& body) {
    return test::echo(asked, std::to_string(body.size()));
  };
  return options;
}

TEST(PathBodyLimit, refuses_a_declared_body_before_any_of_it_is_read) {
  TestServer server(with_short_forms());
  TestClient client(server.port());
  client.send(head("/form", 1001));
  Answer const refused = client.read_answer();
  EXPECT_EQ(refused.status, 413U);
  EXPECT_NE(refused.body.find("limits.form_bytes"), std::string::npos) << refused.body;
  EXPECT_EQ(TestClient(server.port()).call(head("/form", 1000) + std::string(1000, 'x')).body, "POST /form 1000");
  EXPECT_EQ(server.counters().bodies_too_long, 1U);
}

TEST(PathBodyLimit, ends_a_chunked_body_where_it_is_longer) {
  TestServer server(with_short_forms());
  TestClient client(server.port());
  std::string const chunk = "320\r\n" + std::string(800, 'x') + "\r\n";
  client.send("POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk);
  EXPECT_EQ(client.read_answer().status, 413U);
}

TEST(PathBodyLimit, of_nothing_refuses_every_body_and_takes_none) {
  TestServer server(with_short_forms());
  TestClient client(server.port());
  EXPECT_EQ(client.call("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").status, 200U);
  EXPECT_EQ(client.call("GET /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 200U);
  client.send("GET /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 413U);
}

TEST(PathBodyLimit, is_of_one_request_and_not_of_the_next_on_its_connection) {
  TestServer server(with_short_forms());
  TestClient client(server.port());
  EXPECT_EQ(client.call(head("/form", 10) + std::string(10, 'x')).status, 200U);
  EXPECT_EQ(client.call(head("/other", 5000) + std::string(5000, 'x')).body, "POST /other 5000");
}

TestServerOptions with_little_memory() {
  TestServerOptions options;
  options.limits.inline_bytes = 32 * 1024;
  options.limits.bodies_bytes = 512 * 1024;
  options.answer = [](RequestHead const& asked, std::string const& body) {
    return test::echo(asked, std::to_string(body.size()));
  };
  return options;
}

TEST(BodiesInFlight, are_bounded_together_and_short_ones_still_find_room) {
  TestServer server(with_little_memory());
  {
    // Three quarters are for long bodies: what has come of these two fills that.
    TestClient first(server.port()), second(server.port());
    first.send(head("/", 300'000) + std::string(190'000, 'x'));
    second.send(head("/", 300'000) + std::string(190'000, 'x'));
    Answer refused;
    for (int i = 0; i < 2000 && refused.status != 503; ++i) {
      TestClient third(server.port());  // until the server has read what they sent
      third.send(head("/", 390'000));
      third.set_timeout(std::chrono::milliseconds(20));
      refused = third.read_answer();
    }
    EXPECT_EQ(refused.status, 503U);
    EXPECT_NE(refused.body.find("limits.bodies_bytes"), std::string::npos) << refused.body;
    EXPECT_EQ(TestClient(server.port()).call(head("/", 30'000) + std::string(30'000, 'x')).body, "POST / 30000");
  }
  // They are gone, and with them what they held.
  Answer taken;
  for (int i = 0; i < 2000 && taken.status != 200; ++i) {
    taken = TestClient(server.port()).call(head("/", 380'000) + std::string(380'000, 'x'));
  }
  EXPECT_EQ(taken.body, "POST / 380000");
}

TEST(BodiesInFlight, are_bounded_where_no_length_is_declared) {
  TestServer server(with_little_memory());
  TestClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string const chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
  for (int i = 0; i < 40; ++i) {
    if (!client.send(chunk)) break;
  }
  EXPECT_EQ(client.read_answer().status, 503U);
}

TEST(BodyBudget, charges_what_is_taken_and_gives_back_all_of_it) {
  BodyBudget budget(1000);
  {
    BodyCharge one(budget), other(budget);
    EXPECT_TRUE(one.grow_to(500, true));
    EXPECT_FALSE(other.grow_to(300, true)) << "a quarter is for short bodies";
    EXPECT_TRUE(other.grow_to(300, false));
    EXPECT_TRUE(one.grow_to(400, true)) << "it has more already";
    EXPECT_EQ(budget.used(), 800U);
    EXPECT_TRUE(budget.has_room(200, false));
    EXPECT_FALSE(budget.has_room(201, false));
  }
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace ivig::server
