#include "server/http_session.h"

#include "server/session.h"
#include "server/session_reading.h"

namespace ivig::server {
namespace {

template <class Stream>
awaitable<void> own(std::unique_ptr<Session<Stream>> session, Log& log) {
  try {
    co_await session->run();
  } catch (std::exception const&) {
    // Out of memory, mostly: this connection ends, the others go on.
    log.error("connection_failed");
  }
}

template <class Stream>
void spawn(Worker& worker, std::unique_ptr<Session<Stream>> session) {
  asio::co_spawn(worker.io, own(std::move(session), worker.log), asio::detached);
}

}  // namespace

void start_session(Worker& worker, Socket socket, std::shared_ptr<Service> service,
                   std::shared_ptr<asio::ssl::context> tls) {
  if (tls) {
    using Stream = asio::ssl::stream<Socket>;
    asio::ssl::context& context = *tls;
    spawn(worker,
          std::make_unique<Session<Stream>>(worker, std::move(service), std::move(tls), std::move(socket), context));
  } else {
    spawn(worker, std::make_unique<Session<Socket>>(worker, std::move(service), nullptr, std::move(socket)));
  }
}

}  // namespace ivig::server
