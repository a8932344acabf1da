// One call cannot hold up another: long bodies on threads of their own, probes on one of theirs, an end that ends.
#include "server/large_calls.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "server/server.h"
#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

namespace ivig::server {
namespace {

using std::chrono::milliseconds;
using test::Answer;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;

/// Work that takes a thread until the test lets it go.
class Computing {
 public:
  ~Computing() { let_go(); }
  void compute() {
    std::unique_lock lock(mutex_);
    ++busy_;
    changed_.notify_all();
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return free_; });
    --busy_;
  }
  void let_go() {
    std::lock_guard lock(mutex_);
    free_ = true;
    changed_.notify_all();
  }
  [[nodiscard]] bool has(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return busy_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int busy_ = 0;
  bool free_ = false;
};

std::string post(std::string const& path, std::size_t bytes) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
         std::string(bytes, 'x');
}

/// Calls for /compute take a thread, whatever their length.
TestServerOptions computing(Computing& work) {
  TestServerOptions options;
  options.limits.inline_bytes = 1000;
  options.answer = [&work](RequestHead const& head, std::string const& body) {
    if (head.path == "/compute") work.compute();
    return test::echo(head, std::to_string(body.size()));
  };
  return options;
}

TEST(LargeCall, leaves_the_connections_of_others_alone_on_every_thread) {
  Computing work;
  TestServer server(computing(work));
  int const threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::unique_ptr<TestClient>> large;
  for (int i = 0; i < 2 * threads; ++i) {
    large.push_back(std::make_unique<TestClient>(server.port()));
    large.back()->send(post("/compute", 5000));
  }
  ASSERT_TRUE(work.has(threads));
  // Twice as many connections as there are threads: some share theirs with each that has a large call.
  for (int i = 0; i < 4 * threads; ++i) {
    EXPECT_EQ(TestClient(server.port()).call(post("/quick", 1000)).body, "POST /quick 1000");
  }
  work.let_go();
  for (auto const& client : large) EXPECT_EQ(client->read_answer().body, "POST /compute 5000");
}

TEST(LargeCall, keeps_its_connection_and_is_whole) {
  Computing work;
  TestServer server(computing(work));
  TestClient client(server.port());
  for (std::size_t const size : {1000U, 1001U, 300000U, 5U}) {
    EXPECT_EQ(client.call(post("/", size)).body, "POST / " + std::to_string(size));
  }
}

TEST(LargeCall, is_refused_when_so_many_are_under_way) {
  Computing work;
  TestServerOptions options = computing(work);
  options.limits.large_calls = 1;
  TestServer server(std::move(options));
  TestClient first(server.port());
  first.send(post("/compute", 5000));
  ASSERT_TRUE(work.has(1));
  TestClient second(server.port());
  // Before its body is read.
  second.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
  Answer const refused = second.read_answer();
  EXPECT_EQ(refused.status, 503U);
  EXPECT_NE(refused.body.find("limits.large_calls"), std::string::npos) << refused.body;
  EXPECT_EQ(server.counters().no_room, 1U);
  work.let_go();
  EXPECT_EQ(first.read_answer().status, 200U);
  EXPECT_EQ(TestClient(server.port()).call(post("/", 5000)).status, 200U);
}

TEST(LargeCall, that_throws_is_answered_500_as_any_other) {
  TestServerOptions options;
  options.limits.inline_bytes = 10;
  options.answer = [](RequestHead const&, std::string const&) -> Response { throw std::runtime_error("no"); };
  TestServer server(std::move(options));
  EXPECT_EQ(TestClient(server.port()).call(post("/", 5000)).status, 500U);
  EXPECT_EQ(server.counters().handler_exceptions, 1U);
}

/// A server with a listener for probes whose thread is its own, and one thread for all else.
struct Probed {
  explicit Probed(Computing& work, Limits const& limits = {}) : server(limits, 1, log) {
    auto service = std::make_shared<Handler>();
    service->on_head = [&work](RequestHead& head) {
      if (head.path == "/compute") work.compute();
      return at_once(test::echo(head, ""));
    };
    auto probes = std::make_shared<Handler>();
    probes->on_head = [](RequestHead& head) { return at_once(test::echo(head, "")); };
    Listener serving, probing;
    serving.address = probing.address = {false, "127.0.0.1", 0};
    serving.handler = service;
    probing.handler = probes;
    probing.own_thread = true;
    auto bound = server.start({serving, probing});
    service_port = bound.value().at(0).port;
    probe_port = bound.value().at(1).port;
  }
  std::ostringstream lines;
  Log log{LogLevel::debug, LogFormat::json, lines};
  Server server;
  std::uint16_t service_port = 0, probe_port = 0;
};

constexpr char const* kCompute = "GET /compute HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr char const* kProbe = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Probe, is_answered_while_every_other_thread_computes) {
  Computing work;
  Probed probed(work);
  TestClient busy(probed.service_port);
  busy.send(kCompute);
  ASSERT_TRUE(work.has(1));
  EXPECT_EQ(TestClient(probed.probe_port).call(kProbe).status, 200U);
  work.let_go();
  EXPECT_EQ(busy.read_answer().status, 200U);
}

TEST(Stop, ends_while_threads_compute_and_says_how_many_it_gave_up) {
  Computing work;
  Limits limits;
  limits.request_time = milliseconds(50);
  limits.stop_grace = milliseconds(50);
  Probed probed(work, limits);
  TestClient busy(probed.service_port);
  busy.send(kCompute);
  ASSERT_TRUE(work.has(1));
  EXPECT_FALSE(probed.server.stop());
  EXPECT_EQ(probed.server.stuck(), 1U);
  EXPECT_NE(probed.lines.str().find("calls_abandoned"), std::string::npos) << probed.lines.str();
  work.let_go();  // or the destructor would wait
}

}  // namespace
}  // namespace ivig::server
