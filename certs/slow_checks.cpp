#include "certs/slow_checks.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

namespace ivig::certs {

unsigned SlowChecks::default_threads() { return std::max(2U, std::thread::hardware_concurrency()) - 1; }

bool SlowChecks::begin(std::function<void()> check) {
  if (stopped_) return false;
  if (under_way_.fetch_add(1, std::memory_order_relaxed) >= most_) {
    under_way_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  boost::asio::post(pool_, [this, check = std::move(check)] {
    check();
    under_way_.fetch_sub(1, std::memory_order_relaxed);
  });
  return true;
}

void SlowChecks::stop() {
  stopped_ = true;
  pool_.join();
}

}  // namespace ivig::certs
