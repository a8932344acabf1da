#pragma once
// One thread of the server, its io_context and the connections that live on it.

#include "base/asio.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "server/body_budget.h"
#include "server/counters.h"
#include "server/http.h"
#include "server/large_calls.h"
#include "server/limits.h"
#include "server/log.h"

// Only pointers to it are held here; the full header costs seconds of compile time.
namespace boost::asio::ssl {
class context;
}

namespace ivig::server {

using Clock = std::chrono::steady_clock;
/// Sockets know their io_context's executor by type: no virtual call per operation.
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// What one listener serves; shared by its connections.
struct Service {
  std::shared_ptr<Handler const> handler;
  bool access_log = true;
  std::atomic<std::size_t> open{0};
  std::atomic<std::size_t> most_open{0};  ///< connections; fewer than configured while descriptors are short
};

/// What all workers of a server share; each must outlive them.
struct WorkerParts {
  Limits const& limits;
  Log& log;
  BodyBudget& bodies;
  LargeCalls& large;
};

/// A connection as its worker sees it. Lives on one worker's thread; leaves the worker's list when destroyed.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Connection() = default;
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;
  virtual ~Connection() = default;

  /// Ends what waits on the socket if the deadline has passed.
  void check_deadline(Clock::time_point now) {
    if (now < deadline_) return;
    deadline_ = Clock::time_point::max();
    timed_out_ = true;
    cancel();
  }
  /// Ends the handshake or the wait for a first byte; a request that has begun goes on.
  void stop_if_idle() {
    if (idle_) cancel();
  }
  /// The same, to make place: without waiting for the other end. False: it is not idle.
  [[nodiscard]] bool give_way() {
    if (!idle_ || gives_way_) return false;
    gives_way_ = true;
    cancel();
    return true;
  }

 protected:
  /// Cancels pending operations of the socket.
  virtual void cancel() noexcept = 0;

  void expire_after(std::chrono::milliseconds time) {
    deadline_ = Clock::now() + time;
    timed_out_ = false;
  }
  void never_expire() {
    deadline_ = Clock::time_point::max();
    timed_out_ = false;
  }

  Clock::time_point deadline_ = Clock::time_point::max();
  bool timed_out_ = false;
  bool idle_ = true;
  bool gives_way_ = false;  ///< it is being closed to make place for another
};

/// Deadlines are looked at by one timer per worker rather than armed per operation: a request costs no timer.
/// All members belong to the worker's own thread, except `io` (post to it) and the counters (read them).
class Worker {
 public:
  explicit Worker(WorkerParts const& parts);

  /// Serves until begin_stop was called and the last connection has gone. Call on the worker's own thread; again after
  /// an exception.
  void run();
  /// Idle connections are ended, the others finish their request. On the worker's thread.
  void begin_stop();
  void add(Connection& connection);
  /// The connection begins to wait for its next request: those that have waited longest are ended first.
  void begin_to_wait(Connection& connection);
  /// Ends up to `count` idle connections to make place, the longest idle first; returns how many.
  std::size_t end_idle(std::size_t count);

  [[nodiscard]] bool stopping() const { return stopping_; }
  /// The Date header of this moment.
  [[nodiscard]] std::string const& date() const { return date_; }
  /// 16 hexadecimal digits, unlike any other of this process.
  void next_request_id(std::string& id);

  Limits const& limits;
  Log& log;
  BodyBudget& bodies;
  LargeCalls& large;
  Counters counters;

 private:
  void tick();
  void refresh_date();

  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  bool stopping_ = false;
  bool ticking_ = false;
  std::string date_;
  std::chrono::sys_seconds date_second_{};
  std::uint64_t next_id_;
  std::chrono::milliseconds tick_;

 public:
  // After the list: what is pending when it is destroyed holds connections.
  boost::asio::io_context io{1};

 private:
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, boost::asio::io_context::executor_type>
      timer_{io};
};

}  // namespace ivig::server
