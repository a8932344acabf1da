#pragma once
// The HTTP server: listeners, worker threads, graceful stop.

#include <cstddef>
#include <memory>
#include <vector>

#include "base/result.h"
#include "server/body_budget.h"
#include "server/counters.h"
#include "server/crew.h"
#include "server/http.h"
#include "server/large_calls.h"
#include "server/limits.h"
#include "server/listen_address.h"
#include "server/log.h"

namespace boost::asio::ssl {
class context;
}

namespace ivig::server {

class Worker;
class Acceptor;
struct WorkerParts;

/// One address and what is served there.
struct Listener {
  ListenAddress address;
  std::shared_ptr<Handler const> handler;
  std::shared_ptr<boost::asio::ssl::context> tls{};  ///< required if address.tls
  bool access_log = true;
  /// Served by a thread of its own: it answers while all others compute.
  bool own_thread = false;
  std::size_t connections = 0;  ///< most that are open; 0: limits.connections
};

/// Owns the worker threads, one io_context each; a connection stays on the worker that it was given to in turn.
/// All functions are for one controlling thread, not for handlers, except counters(), which any thread may call.
///
///   Server server(limits, 0, log);
///   auto bound = server.start(std::move(listeners));   // addresses with the real ports
///   ...
///   server.stop();
///
/// INVARIANT (caller's): whoever was handed an executor by a handler (an outbound client, a pool) lets go of it before
/// the server is destroyed.
class Server {
 public:
  /// `threads` 0 means one per core. `log` must outlive the server.
  Server(Limits const& limits, unsigned threads, Log& log);
  /// Stops first.
  ~Server();
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  /// Binds all listeners, then starts the threads. Returns the addresses as bound, in the order given: port 0 is
  /// replaced by the port that the system chose. Call once.
  /// Errors: io (address in use, permission, unknown host) or invalid_config (https without TLS), naming the address;
  /// then nothing is left open.
  [[nodiscard]] base::Result<std::vector<ListenAddress>> start(std::vector<Listener> listeners);

  /// Stops accepting, ends idle connections, lets requests in flight finish, and joins the threads. Waits at most
  /// limits.request_time; what has not finished by then is dropped. Returns whether everything finished. Idempotent.
  /// A thread that computes cannot be dropped: it is waited for limits.stop_grace more, and counted in stuck().
  bool stop();

  /// Threads that were still computing when stop() gave up on them. While there are any, destroying this object waits
  /// for them, and nothing that they use may go.
  [[nodiscard]] std::size_t stuck() const { return crew_.running() + large_.running(); }

  /// New connections of https listeners use `tls` from now on; open ones keep theirs. After start.
  void replace_tls(std::shared_ptr<boost::asio::ssl::context> const& tls);

  [[nodiscard]] CounterValues counters() const;

 private:
  void run(Worker& worker);
  [[nodiscard]] WorkerParts parts();

  Limits limits_;
  Log& log_;
  unsigned threads_;
  BodyBudget bodies_;
  LargeCalls large_;                              ///< before the workers, whose connections hold strands of it
  std::vector<std::unique_ptr<Worker>> workers_;  ///< the first `threads_` take connections in turn
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  bool started_ = false;
  bool clean_ = true;
  Crew crew_;  // last: its threads use everything above
};

}  // namespace ivig::server
