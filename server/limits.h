#pragma once
// What one connection may cost. The configuration names are those of `limits:`.

#include <chrono>
#include <cstddef>

namespace ivig::server {

/// Limits of the HTTP layer; the defaults are the configuration's. Times are milliseconds so that tests can be quick;
/// the server looks at its deadlines every eighth of the shortest of them, at most every half second.
struct Limits {
  std::size_t body_bytes = 16777216;     ///< limits.body_bytes: a longer body is answered 413
  std::size_t header_bytes = 32 * 1024;  ///< request line and headers together; more: 431 or 414
  std::chrono::milliseconds header_time = std::chrono::seconds(10);   ///< limits.header_seconds: handshake; whole head
  std::chrono::milliseconds request_time = std::chrono::seconds(30);  ///< limits.request_seconds: body; answer; stop
  std::chrono::milliseconds idle_time = std::chrono::seconds(75);     ///< limits.idle_seconds: wait for a first byte
  std::chrono::milliseconds linger_time = std::chrono::seconds(2);    ///< after the last answer, for the client to read
  std::size_t connections = 10000;   ///< limits.connections, per listener; more are answered 503 and closed
  std::size_t inline_bytes = 65536;  ///< limits.inline_bytes: calls with longer bodies are answered on other threads
  std::size_t large_calls = 256;     ///< limits.large_calls: such calls under way or waiting; more are answered 503
  std::size_t bodies_bytes = 268435456;  ///< limits.bodies_bytes: bodies held at once; more are answered 503
  std::chrono::milliseconds stop_grace = std::chrono::seconds(2);  ///< at the end, for threads that compute
};

}  // namespace ivig::server
