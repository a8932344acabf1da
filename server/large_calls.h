#pragma once
// Calls with long bodies are answered on threads of their own, so that connections go on meanwhile.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/asio.h"
#include "server/crew.h"
#include "server/http.h"
#include "server/log.h"

#include <boost/asio/executor_work_guard.hpp>

namespace ivig::server {

/// Threads of lower priority (nice 10): the kernel lets the connections' threads go first, which need microseconds. A
/// call stays on one strand: it needs no locks of its own. A queue of at most `most` calls, those being answered
/// included; a call that waits for a FHIR server or the store holds its place and no thread.
class LargeCalls {
 public:
  /// `threads` at least 1.
  LargeCalls(unsigned threads, std::size_t most, Log& log);

  void start();
  /// Whether there is no place left; a hint, for before a body is read.
  [[nodiscard]] bool is_full() const { return taken_.load(std::memory_order_relaxed) >= most_; }

  /// A place in the queue, for as long as it lives.
  class Place {
   public:
    explicit Place(LargeCalls& calls);
    ~Place();
    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;
    [[nodiscard]] bool taken() const { return taken_; }

   private:
    LargeCalls& calls_;
    bool taken_;
  };

  /// What the handler answers; its exceptions come out here. Resumes the caller on its own executor. `head` and
  /// `handler` must outlive the call.
  [[nodiscard]] boost::asio::awaitable<Response> answer(Handler const& handler, RequestHead const& head,
                                                        std::string body);

  /// Nothing is begun any more; returns whether the threads ended within `time`.
  [[nodiscard]] bool stop(std::chrono::milliseconds time);
  /// Drops the calls that were not finished; after stop, while the connections that wait for them still exist. These
  /// hold strands: this object must outlive them.
  void discard();
  [[nodiscard]] std::size_t running() const { return crew_.running(); }

 private:
  /// One that can drop its operations before it is destroyed.
  struct Context : boost::asio::io_context {
    using io_context::io_context;
    void drop() { shutdown(); }
  };

  void run();

  unsigned threads_;
  std::size_t most_;
  Log& log_;
  std::atomic<std::size_t> taken_{0};
  std::unique_ptr<Context> io_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> busy_;
  Crew crew_;  // last: its threads use everything above
};

}  // namespace ivig::server
