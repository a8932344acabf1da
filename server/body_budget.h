#pragma once
// Memory of request bodies, of all connections together: what is read is charged, what does not fit is not read.

#include <atomic>
#include <cstddef>

namespace ivig::server {

/// limits.bodies_bytes. A quarter is kept for calls of at most limits.inline_bytes, so that long bodies never keep
/// short ones out. Any thread.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t most) : most_(most), most_of_long_(most - most / 4) {}

  /// Whether `bytes` more fit now; nothing is charged.
  [[nodiscard]] bool has_room(std::size_t bytes, bool long_body) const {
    std::size_t const limit = long_body ? most_of_long_ : most_;
    std::size_t const used = used_.load(std::memory_order_relaxed);
    return used <= limit && bytes <= limit - used;
  }
  /// Charges `bytes`, or nothing and false.
  [[nodiscard]] bool take(std::size_t bytes, bool long_body) {
    std::size_t const limit = long_body ? most_of_long_ : most_;
    if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::size_t most_;
  std::size_t most_of_long_;
  std::atomic<std::size_t> used_{0};
};

/// What one body is charged; given back at the end.
class BodyCharge {
 public:
  explicit BodyCharge(BodyBudget& budget) : budget_(budget) {}
  ~BodyCharge() { release(); }
  BodyCharge(BodyCharge const&) = delete;
  BodyCharge& operator=(BodyCharge const&) = delete;

  /// Charges up to `bytes` in all. False: there is no room, and what was charged before stays charged.
  [[nodiscard]] bool grow_to(std::size_t bytes, bool long_body) {
    if (bytes <= charged_) return true;
    if (!budget_.take(bytes - charged_, long_body)) return false;
    charged_ = bytes;
    return true;
  }
  void release() {
    if (charged_ > 0) budget_.give_back(charged_);
    charged_ = 0;
  }

 private:
  BodyBudget& budget_;
  std::size_t charged_ = 0;
};

}  // namespace ivig::server
