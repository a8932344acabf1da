#pragma once
// The HTTP server: listeners, worker threads, graceful stop.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"
#include "server/counters.h"
#include "server/http.h"
#include "server/limits.h"
#include "server/listen_address.h"
#include "server/log.h"

namespace boost::asio::ssl {
class context;
}

namespace ivig::server {

class Worker;
class Acceptor;

/// One address and what is served there.
struct Listener {
  ListenAddress address;
  std::shared_ptr<Handler const> handler;
  std::shared_ptr<boost::asio::ssl::context> tls{};  ///< required if address.tls
  bool access_log = true;
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
  bool stop();

  /// New connections of https listeners use `tls` from now on; open ones keep theirs. After start.
  void replace_tls(std::shared_ptr<boost::asio::ssl::context> const& tls);

  [[nodiscard]] CounterValues counters() const;

 private:
  void run(Worker& worker);

  Limits limits_;
  Log& log_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::size_t running_ = 0;
  bool clean_ = true;
};

}  // namespace ivig::server
