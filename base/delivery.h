#pragma once
// One result, handed by any thread to one coroutine that waits for it until a deadline.

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/asio.h"
#include "base/result.h"

namespace ivig::base {

using Deadline = std::chrono::steady_clock::time_point;

/// The first result counts, later ones are dropped. Whoever delivers keeps the object alive by its shared_ptr and
/// touches no executor once the waiting coroutine has gone on: a callback that comes late, or never, harms nobody.
///
///   auto delivery = std::make_shared<Delivery<Answer>>();
///   start([delivery] { delivery->deliver(...); });                  // any thread
///   auto answer = co_await Delivery<Answer>::wait(delivery, by);    // errc timeout when `by` passes first
///
/// INVARIANT (caller's): one coroutine waits, once, and its executor runs on one thread.
template <class T>
class Delivery : public std::enable_shared_from_this<Delivery<T>> {
 public:
  /// Any thread. Takes effect once.
  void deliver(Result<T> result) {
    std::lock_guard const lock(mutex_);
    if (result_ || finished_) return;
    result_ = std::move(result);
    if (timer_ == nullptr) return;
    // Posted under the lock: the waiting coroutine cannot end, and with it the executor, in between.
    boost::asio::post(timer_->get_executor(), [self = this->shared_from_this()] { self->wake(); });
  }

  /// The delivered result, or Errc::timeout.
  [[nodiscard]] static boost::asio::awaitable<Result<T>> wait(std::shared_ptr<Delivery> self, Deadline by) {
    auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor);
    timer.expires_at(by);
    Waiting const waiting(*self, timer);
    if (!waiting.already_delivered) {
      boost::system::error_code ignored;
      co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    co_return self->take();
  }

 private:
  /// While it lives, `deliver` may wake the coroutine.
  struct Waiting {
    Waiting(Delivery& its, boost::asio::steady_timer& timer)
        : delivery(its), already_delivered(its.begin_wait(timer)) {}
    ~Waiting() {
      std::lock_guard const lock(delivery.mutex_);
      delivery.timer_ = nullptr;
      delivery.finished_ = true;
    }
    Waiting(Waiting const&) = delete;
    Waiting& operator=(Waiting const&) = delete;
    Delivery& delivery;
    bool already_delivered;
  };

  /// Whether the result is there already.
  [[nodiscard]] bool begin_wait(boost::asio::steady_timer& timer) {
    std::lock_guard const lock(mutex_);
    timer_ = &timer;
    return result_.has_value();
  }

  void wake() {
    std::lock_guard const lock(mutex_);
    if (timer_ != nullptr) timer_->cancel();
  }

  Result<T> take() {
    std::lock_guard const lock(mutex_);
    finished_ = true;
    if (!result_) return fail(Errc::timeout, "", "no result came in time");
    return std::move(*result_);
  }

  std::mutex mutex_;
  std::optional<Result<T>> result_;
  boost::asio::steady_timer* timer_ = nullptr;
  bool finished_ = false;
};

}  // namespace ivig::base
