#include "server/acceptor.h"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <utility>

#include "server/answer_head.h"
#include "server/http_session.h"

namespace ivig::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Errc;
using base::fail;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors(50);

std::string bind_advice(error_code error) {
  if (error == asio::error::address_in_use) return "the port is taken; stop what uses it or choose another";
  if (error == asio::error::access_denied) return "not permitted; choose a port from 1024 up";
  if (error.value() == EADDRNOTAVAIL) return "this machine has no such address; use one of its own or 0.0.0.0";
  return error.message();
}

}  // namespace

Acceptor::Acceptor(Worker& home, std::vector<std::unique_ptr<Worker>> const& workers, std::shared_ptr<Service> service,
                   std::shared_ptr<asio::ssl::context> tls)
    : home_(home),
      workers_(workers),
      service_(std::move(service)),
      tls_(std::move(tls)),
      socket_(home.io),
      pause_(home.io) {}

base::Result<ListenAddress> Acceptor::open(ListenAddress address) {
  error_code error;
  tcp::resolver resolver(home_.io);
  auto const found = resolver.resolve(address.host, std::to_string(address.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error || found.empty()) return fail(Errc::io, address.text(), "the host is unknown; give an IP address");
  // A name may stand for several addresses; IPv4 is what other programs on this machine try with the least trouble.
  tcp::endpoint endpoint = found.begin()->endpoint();
  for (auto const& entry : found) {
    if (entry.endpoint().address().is_v4()) {
      endpoint = entry.endpoint();
      break;
    }
  }
  socket_.open(endpoint.protocol(), error);
  if (!error) socket_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) socket_.bind(endpoint, error);
  if (!error) socket_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) address.port = socket_.local_endpoint(error).port();
  if (error) return fail(Errc::io, address.text(), "cannot listen: " + bind_advice(error));
  return address;
}

void Acceptor::accept_next() {
  if (closed_) return;
  Worker& worker = *workers_[next_++ % workers_.size()];
  // The socket is born on its worker's io_context: it is registered with one poll set only.
  socket_.async_accept(worker.io.get_executor(), [self = shared_from_this(), &worker](error_code error, Socket socket) {
    self->accepted(error, worker, std::move(socket));
  });
}

void Acceptor::accepted(error_code error, Worker& worker, Socket socket) {
  if (closed_) return;
  if (error == asio::error::no_descriptors || error == asio::error::no_memory ||
      error == asio::error::no_buffer_space) {
    // Trying again at once would spin until a connection ends.
    retry_later();
    return;
  }
  if (!error) {
    Counters::count(home_.counters.accepted);
    if (service_->open.load(std::memory_order_relaxed) >= home_.limits.connections) {
      Counters::count(home_.counters.refused_over_limit);
      turn_away(std::move(socket));
    } else {
      service_->open.fetch_add(1, std::memory_order_relaxed);
      hand_over(worker, std::move(socket));
    }
  }
  accept_next();
}

void Acceptor::hand_over(Worker& worker, Socket socket) {
  if (&worker == &home_) {
    start_session(worker, std::move(socket), service_, tls_);
    return;
  }
  asio::post(worker.io, [&worker, moved = std::move(socket), service = service_, tls = tls_]() mutable {
    start_session(worker, std::move(moved), std::move(service), std::move(tls));
  });
}

/// Best effort and without waiting: over the limit, nothing may be spent on a connection.
void Acceptor::turn_away(Socket socket) {
  if (tls_) return;
  error_code error;
  socket.non_blocking(true, error);
  Response response;
  response.status = 503;
  if (service_->handler->on_error) {
    try {
      response = service_->handler->on_error(nullptr, 503, "too many connections");
    } catch (std::exception const&) {
      Counters::count(home_.counters.handler_exceptions);
    }
  }
  std::string id;
  home_.next_request_id(id);
  AnswerContext context;
  context.keep_alive = false;
  context.request_id = id;
  context.date = home_.date();
  std::string text;
  append_answer_head(text, response, context);
  text += response.body;
  socket.write_some(asio::buffer(text), error);
  socket.shutdown(Socket::shutdown_send, error);
  // Unread input would turn the close into a reset, which may overtake the answer.
  std::array<char, 4096> dropped{};
  for (int i = 0; i < 4 && !error; ++i) socket.read_some(asio::buffer(dropped), error);
}

void Acceptor::retry_later() {
  home_.log.warn("accept_paused", {{"reason", "no file descriptors or memory left"}});
  pause_.expires_after(kPauseWithoutDescriptors);
  pause_.async_wait([self = shared_from_this()](error_code) { self->accept_next(); });
}

void Acceptor::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

}  // namespace ivig::server
