#pragma once
// A server on a loopback port of its own, with handlers that tests write as plain functions.

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "server/server.h"

namespace ivig::test {

/// A door that handlers wait at until the test opens it: requests in flight without sleeping for a guessed time.
/// It opens by itself after a minute, so that a failed test ends.
class Door {
 public:
  void open() { open_ = true; }
  [[nodiscard]] bool is_open() const { return open_; }
  void enter() { ++waiting_; }
  /// Whether `count` handlers have come to the door within a minute.
  [[nodiscard]] bool has_waiting(int count) const {
    for (int i = 0; i < 30000 && waiting_ < count; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return waiting_ >= count;
  }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> waiting_{0};
};

struct TestServerOptions {
  server::Limits limits{};
  unsigned threads = 2;
  std::shared_ptr<boost::asio::ssl::context> tls{};  ///< set: the listener is https
  server::LogFormat log_format = server::LogFormat::json;
  std::function<std::optional<server::Response>(server::RequestHead&)> on_head{};
  std::function<server::Response(server::RequestHead const&, std::string body)> answer{};  ///< default: echo()
  Door* door = nullptr;  ///< requests for /door wait there before they are answered
};

/// "METHOD path?query body": what the handler was given.
inline server::Response echo(server::RequestHead const& head, std::string const& body) {
  server::Response response;
  response.content_type = "text/plain";
  response.route = "echo";
  response.body = head.method + " " + head.path + (head.query.empty() ? "" : "?" + head.query) + " " + body;
  return response;
}

/// An error as the service shows it: an OperationOutcome with the reason.
inline server::Response outcome(unsigned status, std::string_view reason) {
  server::Response response;
  response.status = status;
  response.content_type = "application/fhir+json";
  response.body = R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":")" +
                  std::string(reason) + "\"}]}";
  return response;
}

inline boost::asio::awaitable<server::Response> answer_at_door(TestServerOptions const& options,
                                                               server::RequestHead const& head, std::string body) {
  if (options.door != nullptr && head.path == "/door") {
    options.door->enter();
    auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor);
    for (int i = 0; i < 30000 && !options.door->is_open(); ++i) {
      timer.expires_after(std::chrono::milliseconds(2));
      co_await timer.async_wait(boost::asio::use_awaitable);
    }
  }
  server::Response response = options.answer ? options.answer(head, std::move(body)) : echo(head, body);
  co_return response;
}

/// Started by its constructor, stopped by its destructor. Throws std::runtime_error if it cannot listen.
class TestServer {
 public:
  explicit TestServer(TestServerOptions options = {})
      : options_(std::move(options)),
        log_(server::LogLevel::debug, options_.log_format, lines_),
        server_(options_.limits, options_.threads, log_) {
    auto handler = std::make_shared<server::Handler>();
    if (options_.on_head) {
      handler->on_head = [this](server::RequestHead& head) { return server::at_once(options_.on_head(head)); };
    }
    handler->on_request = [this](server::RequestHead const& head, std::string body) {
      return answer_at_door(options_, head, std::move(body));
    };
    handler->on_error = [](server::RequestHead const*, unsigned status, std::string_view reason) {
      return outcome(status, reason);
    };
    server::Listener listener{{options_.tls != nullptr, "127.0.0.1", 0}, handler, options_.tls};
    std::vector<server::Listener> listeners;
    listeners.push_back(std::move(listener));
    auto bound = server_.start(std::move(listeners));
    if (!bound) throw std::runtime_error(bound.error().where + " " + bound.error().detail);
    port_ = bound->front().port;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] server::Server& server() { return server_; }
  [[nodiscard]] server::CounterValues counters() const { return server_.counters(); }

  /// Whether `reached` holds for the counters within a minute.
  template <class Reached>
  [[nodiscard]] bool comes_to(Reached&& reached) const {
    for (int i = 0; i < 30000 && !reached(counters()); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return reached(counters());
  }

  /// What was logged; stops the server, because lines may be written until then.
  [[nodiscard]] std::string stop_and_read_log() {
    server_.stop();
    return lines_.str();
  }

 private:
  TestServerOptions options_;
  std::ostringstream lines_;
  server::Log log_;
  server::Server server_;  // last: its threads use everything above
  std::uint16_t port_ = 0;
};

}  // namespace ivig::test
