// Places for connections: at the limit idle ones make room.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

namespace ivig::server {
namespace {

using test::TestClient;
using test::TestServer;
using test::TestServerOptions;

constexpr char const* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TestServerOptions with_places(std::size_t connections, unsigned threads = 2) {
  TestServerOptions options;
  options.limits.connections = connections;
  options.threads = threads;
  return options;
}

TEST(Place, of_the_longest_idle_connection_goes_to_a_new_one) {
  TestServer server(with_places(3, 1));
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    EXPECT_EQ(clients.back()->call(kGet).status, 200U);
  }
  EXPECT_EQ(clients[0]->call(kGet).status, 200U);  // now the second has been idle for longest
  TestClient fourth(server.port());
  EXPECT_EQ(fourth.call(kGet).status, 200U);
  EXPECT_TRUE(clients[1]->is_closed());
  EXPECT_EQ(clients[0]->call(kGet).status, 200U);
  EXPECT_EQ(clients[2]->call(kGet).status, 200U);
  EXPECT_EQ(server.counters().idle_ended, 1U);
  EXPECT_EQ(server.counters().refused_over_limit, 0U);
}

TEST(Place, is_found_on_whichever_thread_has_an_idle_connection) {
  TestServer server(with_places(4, 4));
  for (int i = 0; i < 40; ++i) {
    auto const client = std::make_unique<TestClient>(server.port());
    EXPECT_EQ(client->call(kGet).status, 200U) << i;
  }
  std::vector<std::unique_ptr<TestClient>> idle;
  for (int i = 0; i < 40; ++i) {
    idle.push_back(std::make_unique<TestClient>(server.port()));
    EXPECT_EQ(idle.back()->call(kGet).status, 200U) << i;
  }
  EXPECT_EQ(server.counters().refused_over_limit, 0U);
}

}  // namespace
}  // namespace ivig::server
