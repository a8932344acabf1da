#pragma once
// One connection of HTTP/1.1, over TCP or TLS, from its first byte to its close.

#include <memory>

#include "server/worker.h"

namespace ivig::server {

/// Serves `socket`, which belongs to `worker`'s io_context, until it is closed. `tls` is null for plain HTTP.
/// Call on the worker's thread. `service->open` was raised by the caller and is lowered at the end.
void start_session(Worker& worker, Socket socket, std::shared_ptr<Service> service,
                   std::shared_ptr<boost::asio::ssl::context> tls);

}  // namespace ivig::server
