#pragma once
// Threads for signature checks that cost as much as several answers: a flood of them keeps no connection waiting.

#include <atomic>
#include <cstddef>
#include <functional>

#include <boost/asio/thread_pool.hpp>

#include "base/asio.h"

namespace ivig::certs {

/// One for the process; any thread may begin a check.
class SlowChecks {
 public:
  /// One thread less than there are cores, but one: what is not slow keeps a core's worth.
  static unsigned default_threads();

  /// `most` checks wait or run at once: tokens.slow_checks.
  explicit SlowChecks(std::size_t most, unsigned threads = default_threads()) : most_(most), pool_(threads) {}
  /// Stops first.
  ~SlowChecks() { stop(); }
  SlowChecks(SlowChecks const&) = delete;
  SlowChecks& operator=(SlowChecks const&) = delete;

  /// Calls `check` on a thread of its own soon; false: too many wait already, and it is not called.
  [[nodiscard]] bool begin(std::function<void()> check);

  /// Returns once what has begun is done; nothing begins afterwards. Whoever was called back is to outlive this.
  void stop();

 private:
  std::size_t const most_;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> stopped_{false};
  boost::asio::thread_pool pool_;
};

}  // namespace ivig::certs
