#include "server/worker.h"

#include <algorithm>
#include <random>
#include <string_view>

#include "server/answer_head.h"

namespace ivig::server {
namespace {

constexpr std::chrono::milliseconds kTickWhileStopping(20);

std::chrono::milliseconds tick_for(Limits const& limits) {
  using std::chrono::milliseconds;
  auto const shortest = std::min({limits.header_time, limits.request_time, limits.idle_time, limits.linger_time});
  return std::clamp(shortest / 8, milliseconds(5), milliseconds(500));
}

std::uint64_t random_start() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

/// SplitMix64: a bijection, so that counting gives ids that look random and never repeat.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

}  // namespace

Worker::Worker(WorkerParts const& parts)
    : limits(parts.limits),
      log(parts.log),
      bodies(parts.bodies),
      large(parts.large),
      next_id_(random_start()),
      tick_(tick_for(parts.limits)) {
  refresh_date();
}

void Worker::run() {
  if (!ticking_) tick();
  io.run();
}

void Worker::begin_stop() {
  stopping_ = true;
  // A cancelled connection completes later, from the queue: the list is not changed meanwhile.
  for (Connection& connection : connections_) connection.stop_if_idle();
  timer_.cancel();
}

void Worker::add(Connection& connection) { connections_.push_back(connection); }

void Worker::begin_to_wait(Connection& connection) {
  connection.unlink();
  connections_.push_back(connection);
}

std::size_t Worker::end_idle(std::size_t count) {
  std::size_t ended = 0;
  // A cancelled connection completes later, from the queue: the list is not changed meanwhile.
  for (auto it = connections_.begin(); it != connections_.end() && ended < count; ++it) {
    if (it->give_way()) ++ended;
  }
  counters.idle_ended.fetch_add(ended, std::memory_order_relaxed);
  return ended;
}

void Worker::next_request_id(std::string& id) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::uint64_t value = mixed(next_id_++);
  id.resize(16);
  for (char& digit : id) {
    digit = kHex[value & 0xFU];
    value >>= 4U;
  }
}

void Worker::tick() {
  // The timer is what keeps run() from returning: it is not armed again once the last connection has gone.
  ticking_ = !(stopping_ && connections_.empty());
  if (!ticking_) return;
  timer_.expires_after(stopping_ ? std::min(tick_, kTickWhileStopping) : tick_);
  timer_.async_wait([this](boost::system::error_code) {
    tick();
    refresh_date();
    auto const now = Clock::now();
    for (Connection& connection : connections_) connection.check_deadline(now);
  });
}

void Worker::refresh_date() {
  auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now == date_second_) return;
  date_second_ = now;
  date_ = http_date(now);
}

}  // namespace ivig::server
