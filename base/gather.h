#pragma once
// Several awaitables at once, on the caller's own thread.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "base/asio.h"

namespace ivig::base {

namespace detail {

struct Gathering {
  std::function<boost::asio::awaitable<void>(std::size_t)> work;
  std::size_t count = 0;
  std::size_t next = 0;
  std::size_t running = 0;
  boost::asio::steady_timer all_done;
};

inline boost::asio::awaitable<void> run_some(std::shared_ptr<Gathering> gathering) {
  while (gathering->next < gathering->count) {
    std::size_t const index = gathering->next++;
    try {
      co_await gathering->work(index);
    } catch (std::exception const&) {
      // Its result stays what it was: the others go on.
    }
  }
  if (--gathering->running == 0) gathering->all_done.cancel();
}

}  // namespace detail

/// Runs `work(0)` to `work(count - 1)`, at most `width` at a time, and returns when all have ended. An exception ends
/// only the item that threw it. What `work` refers to must outlive the call.
/// INVARIANT (caller's): the executor runs on one thread.
[[nodiscard]] inline boost::asio::awaitable<void> gather(
    std::size_t count, std::size_t width, std::function<boost::asio::awaitable<void>(std::size_t)> work) {
  if (count == 0) co_return;
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, boost::asio::steady_timer::time_point::max());
  auto gathering = std::make_shared<detail::Gathering>(
      detail::Gathering{std::move(work), count, 0, std::min(std::max<std::size_t>(width, 1), count), std::move(timer)});
  for (std::size_t runner = gathering->running; runner > 0; --runner) {
    // Not started at once but from the executor's queue: the wait below is in place before the first can end.
    boost::asio::co_spawn(executor, detail::run_some(gathering), boost::asio::detached);
  }
  boost::system::error_code ignored;
  co_await gathering->all_done.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

}  // namespace ivig::base
