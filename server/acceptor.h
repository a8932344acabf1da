#pragma once
// Accepts the connections of one listener and hands them to the workers in turn.

#include <memory>
#include <vector>

#include "base/result.h"
#include "server/listen_address.h"
#include "server/worker.h"

namespace ivig::server {

/// Lives on the thread of one worker, its home; open() is called before that thread runs.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(Worker& home, std::vector<std::unique_ptr<Worker>> const& workers, std::shared_ptr<Service> service,
           std::shared_ptr<boost::asio::ssl::context> tls);

  /// Binds and listens. Returns the address with the port in use. Errors: io, with the fix.
  [[nodiscard]] base::Result<ListenAddress> open(ListenAddress address);
  void accept_next();
  void close();
  void replace_tls(std::shared_ptr<boost::asio::ssl::context> tls) { tls_ = std::move(tls); }

  [[nodiscard]] Worker& home() { return home_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

 private:
  void accepted(boost::system::error_code error, Worker& worker, Socket socket);
  void hand_over(Worker& worker, Socket socket);
  void turn_away(Socket socket);
  void retry_later();

  Worker& home_;
  std::vector<std::unique_ptr<Worker>> const& workers_;
  std::shared_ptr<Service> service_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type> socket_;
  boost::asio::steady_timer pause_;
  std::size_t next_ = 0;
  bool closed_ = false;
};

}  // namespace ivig::server
