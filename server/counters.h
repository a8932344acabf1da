#pragma once
// What the HTTP layer counts, for metrics. Each worker thread has its own, so that counting costs no cache traffic.

#include <array>
#include <atomic>
#include <cstdint>

namespace ivig::server {

/// A sum over all workers at one moment.
struct CounterValues {
  std::int64_t connections_open = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused_over_limit = 0;
  std::array<std::uint64_t, 6> answers{};  ///< by status class: answers[2] counts 2xx; [0] is unused
  std::uint64_t bad_framing = 0;           ///< requests answered 400, 414, 417 or 431 by the HTTP layer
  std::uint64_t header_timeouts = 0;
  std::uint64_t body_timeouts = 0;
  std::uint64_t idle_timeouts = 0;    ///< connections closed because nothing came
  std::uint64_t slow_readers = 0;     ///< connections dropped because an answer was not taken in time
  std::uint64_t bodies_too_long = 0;  ///< answered 413
  std::uint64_t no_room = 0;          ///< answered 503: no memory for the body, or too many large calls
  std::uint64_t idle_ended = 0;       ///< idle connections that were closed to make place for new ones
  std::uint64_t no_descriptors = 0;   ///< times that a connection came and no file descriptor was left
  std::uint64_t tls_failures = 0;     ///< handshakes that failed or took too long
  std::uint64_t handler_exceptions = 0;
};

/// The counters of one worker: written by its thread, read by any.
struct alignas(64) Counters {
  std::atomic<std::int64_t> connections_open{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused_over_limit{0};
  std::array<std::atomic<std::uint64_t>, 6> answers{};
  std::atomic<std::uint64_t> bad_framing{0};
  std::atomic<std::uint64_t> header_timeouts{0};
  std::atomic<std::uint64_t> body_timeouts{0};
  std::atomic<std::uint64_t> idle_timeouts{0};
  std::atomic<std::uint64_t> slow_readers{0};
  std::atomic<std::uint64_t> bodies_too_long{0};
  std::atomic<std::uint64_t> no_room{0};
  std::atomic<std::uint64_t> idle_ended{0};
  std::atomic<std::uint64_t> no_descriptors{0};
  std::atomic<std::uint64_t> tls_failures{0};
  std::atomic<std::uint64_t> handler_exceptions{0};

  static void count(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

  void add_to(CounterValues& sum) const {
    sum.connections_open += connections_open.load(std::memory_order_relaxed);
    sum.accepted += accepted.load(std::memory_order_relaxed);
    sum.refused_over_limit += refused_over_limit.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < answers.size(); ++i) sum.answers[i] += answers[i].load(std::memory_order_relaxed);
    sum.bad_framing += bad_framing.load(std::memory_order_relaxed);
    sum.header_timeouts += header_timeouts.load(std::memory_order_relaxed);
    sum.body_timeouts += body_timeouts.load(std::memory_order_relaxed);
    sum.idle_timeouts += idle_timeouts.load(std::memory_order_relaxed);
    sum.slow_readers += slow_readers.load(std::memory_order_relaxed);
    sum.bodies_too_long += bodies_too_long.load(std::memory_order_relaxed);
    sum.no_room += no_room.load(std::memory_order_relaxed);
    sum.idle_ended += idle_ended.load(std::memory_order_relaxed);
    sum.no_descriptors += no_descriptors.load(std::memory_order_relaxed);
    sum.tls_failures += tls_failures.load(std::memory_order_relaxed);
    sum.handler_exceptions += handler_exceptions.load(std::memory_order_relaxed);
  }
};

}  // namespace ivig::server
