#pragma once
// Accepts the connections of one listener and hands them to the workers in turn.

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "server/listen_address.h"
#include "server/worker.h"

namespace ivig::server {

/// Where an acceptor lives, and whose connections it knows of.
struct AcceptorPlace {
  Worker* home;
  std::span<std::unique_ptr<Worker> const> serving;  ///< take its connections in turn
  std::span<std::unique_ptr<Worker> const> all;      ///< give up idle connections when descriptors run out
};

/// Lives on the thread of one worker, its home; open() is called before that thread runs.
///
/// At the limit of connections the longest idle one makes place for a new one; where none is idle the new one is
/// answered 503. A few file descriptors are kept in reserve: when there are no others, the acceptor of a listener with
/// a thread of its own (probes) serves on with them, any other refuses with one instead of keeping callers waiting.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(AcceptorPlace const& place, std::shared_ptr<Service> service,
           std::shared_ptr<boost::asio::ssl::context> tls);
  ~Acceptor();
  Acceptor(Acceptor const&) = delete;
  Acceptor& operator=(Acceptor const&) = delete;

  /// Binds and listens. Returns the address with the port in use. Errors: io, with the fix.
  [[nodiscard]] base::Result<ListenAddress> open(ListenAddress address);
  void accept_next();
  void close();
  void replace_tls(std::shared_ptr<boost::asio::ssl::context> tls) { tls_ = std::move(tls); }

  [[nodiscard]] Worker& home() { return *place_.home; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

 private:
  struct Arrival;
  void accepted(boost::system::error_code error, Worker& worker, Socket socket);
  void place(Worker& worker, Socket socket);
  void make_room(Arrival arrival, std::size_t asked);
  void out_of_descriptors(Worker& worker);
  void serve_from_reserve(Worker& worker);
  void keep_reserve();
  void retry_later();

  AcceptorPlace place_;
  std::shared_ptr<Service> service_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type> socket_;
  boost::asio::steady_timer pause_;
  std::vector<int> reserve_;  ///< open descriptors of /dev/null
  std::size_t most_reserve_;
  std::size_t most_open_;
  Clock::time_point short_until_{};  ///< descriptors ran out a short while before
  std::size_t next_ = 0;
  bool short_ = false;
  bool closed_ = false;
};

}  // namespace ivig::server
