#include "server/acceptor.h"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "server/answer_head.h"
#include "server/http_session.h"

namespace ivig::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::Errc;
using base::fail;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors(20);
constexpr std::chrono::seconds kShortTime(10);  // fewer connections are taken for so long after descriptors ran out
constexpr std::size_t kMakeRoom = 8;            // idle connections that each worker ends then
constexpr std::size_t kReserve = 1;             // descriptors
constexpr std::size_t kReserveOfOwnThread = 4;

std::string bind_advice(error_code error) {
  if (error == asio::error::address_in_use) return "the port is taken; stop what uses it or choose another";
  if (error == asio::error::access_denied) return "not permitted; choose a port from 1024 up";
  if (error.value() == EADDRNOTAVAIL) return "this machine has no such address; use one of its own or 0.0.0.0";
  return error.message();
}

}  // namespace

Acceptor::Acceptor(AcceptorPlace const& place, std::shared_ptr<Service> service,
                   std::shared_ptr<asio::ssl::context> tls)
    : place_(place),
      service_(std::move(service)),
      tls_(std::move(tls)),
      socket_(place.home->io),
      pause_(place.home->io),
      most_reserve_(place.serving.data() == place.all.data() ? kReserve : kReserveOfOwnThread),
      most_open_(service_->most_open) {
  keep_reserve();
}

Acceptor::~Acceptor() {
  for (int const descriptor : reserve_) ::close(descriptor);
}

base::Result<ListenAddress> Acceptor::open(ListenAddress address) {
  error_code error;
  tcp::resolver resolver(home().io);
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

/// A connection on its way to its worker.
struct Acceptor::Arrival {
  Worker& worker;
  Socket socket;
  std::shared_ptr<asio::ssl::context> tls;
};

void Acceptor::accept_next() {
  if (closed_) return;
  Worker& worker = *place_.serving[next_++ % place_.serving.size()];
  // The socket is born on its worker's io_context: it is registered with one poll set only.
  socket_.async_accept(worker.io.get_executor(), [self = shared_from_this(), &worker](error_code error, Socket socket) {
    self->accepted(error, worker, std::move(socket));
  });
}

void Acceptor::accepted(error_code error, Worker& worker, Socket socket) {
  if (closed_) return;
  if (error == asio::error::no_descriptors || error.value() == ENFILE || error == asio::error::no_memory ||
      error == asio::error::no_buffer_space) {
    out_of_descriptors(worker);
    return;
  }
  if (!error) place(worker, std::move(socket));
  if (reserve_.size() < most_reserve_) keep_reserve();
  accept_next();
}

void Acceptor::place(Worker& worker, Socket socket) {
  Counters::count(home().counters.accepted);
  if (short_ && Clock::now() >= short_until_) {
    short_ = false;
    service_->most_open = most_open_;
  }
  if (service_->open.fetch_add(1, std::memory_order_relaxed) >= service_->most_open) {
    make_room({worker, std::move(socket), tls_}, 0);
  } else if (&worker == &home()) {
    start_session(worker, std::move(socket), service_, tls_);
  } else {
    asio::post(worker.io, [&worker, moved = std::move(socket), service = service_, tls = tls_]() mutable {
      start_session(worker, std::move(moved), std::move(service), std::move(tls));
    });
  }
}

namespace {

/// Best effort and without waiting: over the limit, nothing may be spent on a connection. On the worker's thread.
void turn_away(Worker& worker, Socket socket, Service& service, bool tls) {
  Counters::count(worker.counters.refused_over_limit);
  if (tls) return;
  error_code error;
  socket.non_blocking(true, error);
  Response response;
  response.status = 503;
  if (service.handler->on_error) {
    try {
      response = service.handler->on_error(nullptr, 503, "too many connections");
    } catch (std::exception const&) {
      Counters::count(worker.counters.handler_exceptions);
    }
  }
  std::string id;
  worker.next_request_id(id);
  AnswerContext context;
  context.keep_alive = false;
  context.request_id = id;
  context.date = worker.date();
  std::string text;
  append_answer_head(text, response, context);
  text += response.body;
  socket.write_some(asio::buffer(text), error);
  socket.shutdown(Socket::shutdown_send, error);
  // Unread input would turn the close into a reset, which may overtake the answer.
  std::array<char, 4096> dropped{};
  for (int i = 0; i < 4 && !error; ++i) socket.read_some(asio::buffer(dropped), error);
}

}  // namespace

/// Asks the workers, beginning with the connection's own, to end an idle connection; it goes on at its own. Runs on
/// their threads.
void Acceptor::make_room(Arrival arrival, std::size_t asked) {
  auto const& serving = place_.serving;
  auto const own =
      std::find_if(serving.begin(), serving.end(), [&](auto const& worker) { return worker.get() == &arrival.worker; });
  Worker& other = *serving[(static_cast<std::size_t>(own - serving.begin()) + asked) % serving.size()];
  asio::post(other.io, [self = shared_from_this(), &other, asked, moved = std::move(arrival)]() mutable {
    bool const room = other.end_idle(1) > 0;
    if (!room && asked + 1 < self->place_.serving.size()) {
      self->make_room(std::move(moved), asked + 1);
      return;
    }
    auto& io = moved.worker.io;
    asio::post(io, [service = self->service_, room, last = std::move(moved)]() mutable {
      if (room) {
        start_session(last.worker, std::move(last.socket), std::move(service), std::move(last.tls));
      } else {
        turn_away(last.worker, std::move(last.socket), *service, last.tls != nullptr);
        service->open.fetch_sub(1, std::memory_order_relaxed);
      }
    });
  });
}

void Acceptor::out_of_descriptors(Worker& worker) {
  Counters::count(home().counters.no_descriptors);
  if (!short_) home().log.warn("no_descriptors", {{"connections_open", service_->open.load()}});
  short_ = true;
  short_until_ = Clock::now() + kShortTime;
  // From now on new connections take the place of idle ones, or are refused: descriptors are needed for other things.
  std::size_t const open = service_->open.load(std::memory_order_relaxed);
  service_->most_open = std::min(most_open_, std::max(kMakeRoom, open - std::min(open, kMakeRoom)));
  for (auto const& other : place_.all) {
    asio::post(other->io, [&other = *other] { other.end_idle(kMakeRoom); });
  }
  if (!reserve_.empty()) serve_from_reserve(worker);
  retry_later();
}

void Acceptor::serve_from_reserve(Worker& worker) {
  ::close(reserve_.back());
  reserve_.pop_back();
  Socket socket(worker.io);
  error_code error;
  socket_.non_blocking(true, error);
  socket_.accept(socket, error);
  if (error) return;
  bool const own_thread = most_reserve_ == kReserveOfOwnThread;
  if (own_thread) {
    place(worker, std::move(socket));
    return;
  }
  Counters::count(home().counters.accepted);
  asio::post(worker.io, [&worker, moved = std::move(socket), service = service_, tls = tls_ != nullptr]() mutable {
    turn_away(worker, std::move(moved), *service, tls);
  });
}

void Acceptor::keep_reserve() {
  while (reserve_.size() < most_reserve_) {
    int const descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    reserve_.push_back(descriptor);
  }
}

void Acceptor::retry_later() {
  // Trying again at once would spin until a connection ends.
  pause_.expires_after(kPauseWithoutDescriptors);
  pause_.async_wait([self = shared_from_this()](error_code) {
    self->keep_reserve();
    self->accept_next();
  });
}

void Acceptor::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

}  // namespace ivig::server
