#pragma once
// From a function that calls back to an awaitable: the caller sleeps, and goes on where it was.

#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "base/asio.h"

namespace ivig::base {

/// Begins the work of await_callback; a type of its own because of what GCC 12 does to lambdas in `co_await`.
template <class T>
struct CallbackInitiation {
  template <class Handler, class Start>
  void operator()(Handler handler, Start start) const {
    auto executor = boost::asio::get_associated_executor(handler);
    // The guard keeps the caller's io_context running until the answer is there.
    auto guard = std::make_shared<boost::asio::executor_work_guard<decltype(executor)>>(executor);
    auto waiting = std::make_shared<Handler>(std::move(handler));
    start([waiting, guard](T value) {
      auto const on = guard->get_executor();
      boost::asio::post(on, [waiting, guard, kept = std::move(value)]() mutable { (*waiting)(std::move(kept)); });
    });
  }
};

/// Calls `start` with a function that must be called exactly once, from any thread, with a T; resumes the caller on its
/// own executor with that value. INVARIANT: the executor's io_context lives until the call.
///
///   auto ask = [&](std::function<void(Kept)> done) { store.record(std::move(records), std::move(done)); };
///   Kept kept = co_await await_callback<Kept>(std::move(ask));
template <class T, class Start>
boost::asio::awaitable<T> await_callback(Start start) {
  CallbackInitiation<T> initiation;
  auto token = boost::asio::use_awaitable;
  co_return co_await boost::asio::async_initiate<decltype(token), void(T)>(initiation, token, std::move(start));
}

}  // namespace ivig::base
