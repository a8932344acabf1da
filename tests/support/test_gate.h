#pragma once
// A gate with all that it works with; who may come is written as configuration.

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/gate.h"
#include "tests/support/token_clock.h"

namespace ivig::test {

/// Refuses to fetch, and says so.
inline boost::asio::awaitable<base::Result<std::string>> no_fetch(std::string url) {
  co_return base::fail(base::Errc::unavailable, std::move(url), "nothing is fetched in this test");
}

class TestGate {
 public:
  /// `yaml`: a configuration, of which auth, public_url, tokens, clients and limits.requests_per_second are used;
  /// `file` is where its relative paths start. `log` must outlive the gate.
  TestGate(std::string const& yaml, std::string const& file, server::Log& log, certs::FetchKeys fetch = no_fetch)
      : config_(read(yaml, file)),
        keys_(std::move(fetch), config_.tokens.keys, {}),
        replay_(config_.tokens.replay_entries),
        slow_checks_(config_.tokens.slow_checks, 1),
        authenticator_(keys_, replay_, slow_checks_),
        rate_(config_.limits.requests_per_second),
        gate_({clients_, authenticator_, rate_, counters_, log,
               [] { return base::Now(std::chrono::seconds(token_clock())); }, [this] { return rate_clock_.load(); }},
              config_.auth, config_.public_url) {
    load(config_);
  }

  [[nodiscard]] app::Gate const& gate() const { return gate_; }
  [[nodiscard]] app::Config const& config() const { return config_; }
  [[nodiscard]] app::GateCounters const& counters() const { return counters_; }
  [[nodiscard]] certs::KeyCache const& keys() const { return keys_; }
  /// On one thread.
  [[nodiscard]] certs::SlowChecks& slow_checks() { return slow_checks_; }
  /// The clock of the rate limit stands still otherwise, however long the calls of a test take.
  void let_pass(std::chrono::milliseconds time) { rate_clock_ = rate_clock_.load() + time; }

  /// Other clients from now on, as a reload brings them.
  void reload(std::string const& yaml, std::string const& file) { load(read(yaml, file)); }

 private:
  static app::Config read(std::string const& yaml, std::string const& file) {
    auto config = app::parse_config(yaml, file);
    if (!config) throw std::runtime_error(config.error().where + " " + config.error().detail);
    return *std::move(config);
  }
  void load(app::Config const& config) {
    auto clients = app::Clients::load(config);
    if (!clients) throw std::runtime_error(clients.error().where + " " + clients.error().detail);
    clients_.store(*std::move(clients));
  }

  app::Config config_;
  app::ClientsSlot clients_;
  certs::KeyCache keys_;
  certs::LocalReplayMemory replay_;
  certs::SlowChecks slow_checks_;
  certs::Authenticator authenticator_;
  app::RateLimiter rate_;
  std::atomic<app::RateLimiter::Time> rate_clock_{std::chrono::steady_clock::now()};
  app::GateCounters counters_;
  app::Gate gate_;
};

}  // namespace ivig::test
