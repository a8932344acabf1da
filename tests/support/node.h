#pragma once
// Service and admin listener of one node on loopback, with a store.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "app/routes.h"
#include "app/store_setup.h"
#include "server/server.h"
#include "tests/support/order_answers.h"
#include "tests/support/test_client.h"
#include "tests/support/test_gate.h"

namespace ivig::test {

/// Service and admin listener of one node.
class Node {
 public:
  explicit Node(app::StoreConfig const& config) : Node(config, local_access()) {}
  /// `change`: settings of the routes that a test wants otherwise.
  Node(
      app::StoreConfig const& config, app::ReviewAccess access,
      std::function<void(app::RouteSettings&)> const& change = [](app::RouteSettings&) {})
      : log_(server::LogLevel::trace, server::LogFormat::json, lines_), gate_("auth: off", "ivig-cds.yaml", log_) {
    slot_.store(tree_knowledge());
    settings_.public_url = "https://cds.example.org";
    settings_.cors_origins = {"*"};
    settings_.review = std::move(access);
    change(settings_);
    references_ = app::references_of(config).value();
    auto store = app::open_store(config, log_, [](std::chrono::nanoseconds, std::size_t) {});
    if (!store) throw std::runtime_error(store.error().detail);
    store_ = *std::move(store);
    decisions_ = std::make_unique<app::DecisionLog>(app::DecisionLogParts{*store_, references_, metrics_, log_});
    server_ = std::make_unique<server::Server>(server::Limits{}, 1, log_);
    auto service = std::make_shared<server::Handler const>(
        app::service_handler(slot_, settings_, {gate_.gate(), client_, *decisions_}));
    auto admin = std::make_shared<server::Handler const>(app::admin_handler({slot_, *decisions_, stopping_}));
    server::ListenAddress const loopback{false, "127.0.0.1", 0};
    auto bound = server_->start({{loopback, service}, {loopback, admin}});
    if (!bound) throw std::runtime_error(bound.error().detail);
    service_port_ = bound->front().port;
    admin_port_ = bound->back().port;
  }
  ~Node() {
    server_->stop();
    store_.reset();
  }

  /// As the console is served to this machine without sign-in.
  static app::ReviewAccess local_access() {
    app::ReviewAccess access;
    access.open = true;
    access.public_url = "https://cds.example.org";
    return access;
  }

  /// Sends bytes to the service listener.
  [[nodiscard]] Answer call(std::string const& request) const { return TestClient(service_port_).call(request); }
  [[nodiscard]] store::Store& store() const { return *store_; }

  [[nodiscard]] Answer post(std::string const& target, std::string const& body) const {
    return TestClient(service_port_)
        .call("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  [[nodiscard]] Answer get(std::string const& target, std::string const& headers = "Host: localhost\r\n") const {
    return TestClient(service_port_).call("GET " + target + " HTTP/1.1\r\n" + headers + "\r\n");
  }
  [[nodiscard]] Answer admin(std::string const& target) const {
    return TestClient(admin_port_).call("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  [[nodiscard]] std::string log() {
    server_->stop();
    return lines_.str();
  }
  void begin_to_stop() { stopping_ = true; }

 private:
  std::ostringstream lines_;
  server::Log log_;
  app::RouteSettings settings_;
  app::KnowledgeSlot slot_;
  TestGate gate_;
  fhir::RestClient client_{nullptr};
  std::atomic<bool> stopping_{false};
  app::ServiceMetrics metrics_;
  store::References references_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<app::DecisionLog> decisions_;
  std::unique_ptr<server::Server> server_;
  std::uint16_t service_port_ = 0, admin_port_ = 0;
};

}  // namespace ivig::test
