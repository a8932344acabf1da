#pragma once
// Who may make a service call: authentication, then what the client is entitled to, then how often. Before the body.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "app/clients.h"
#include "app/rate_limiter.h"
#include "base/clock.h"
#include "certs/authenticator.h"
#include "server/http.h"
#include "server/log.h"

namespace ivig::app {

/// Counts since the start, for metrics; any thread may count and read.
struct GateCounters {
  certs::TokenCounters tokens;
  std::atomic<std::uint64_t> forbidden{0};      ///< answered 403
  std::atomic<std::uint64_t> over_the_rate{0};  ///< answered 429
};

/// Who makes a call.
struct Caller {
  std::shared_ptr<Client const> client;
  std::string tenant{};  ///< of its token; empty without one
};

/// What the gate works with; each must outlive it.
struct GateParts {
  ClientsSlot const& clients;
  certs::Authenticator& authenticator;
  RateLimiter& rate;
  GateCounters& counters;
  server::Log& log;
  std::function<base::Now()> now;                                             ///< what tokens are held against
  std::function<RateLimiter::Time()> clock = std::chrono::steady_clock::now;  ///< of the rate
};

class Gate {
 public:
  /// `public_url`: what an audience begins with; a slash at its end is dropped.
  Gate(GateParts parts, AuthMode mode, std::string public_url);

  /// Who makes the call that `head` begins, to `service` or to its feedback. A feedback token may name either as its
  /// audience. REQ AUTH-02..07, FDBK-11, TLS-04
  /// Errors: unauthenticated, and forbidden; both without a word to the caller, the reason is logged and counted.
  /// too_many_requests; unavailable when replays cannot be told.
  [[nodiscard]] boost::asio::awaitable<base::Result<Caller>> admit(server::RequestHead const& head,
                                                                   std::string_view service, bool feedback) const;

 private:
  [[nodiscard]] boost::asio::awaitable<certs::Checked<Caller>> identify(server::RequestHead const& head,
                                                                        std::string_view service, bool feedback) const;
  [[nodiscard]] base::Error refuse(server::RequestHead const& head, certs::Refused const& refused) const;

  GateParts parts_;
  AuthMode mode_;
  std::string services_url_;
};

}  // namespace ivig::app
