#include "server/line_writer.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace ivig::server {
namespace {

constexpr std::chrono::milliseconds kGather(20);
constexpr std::size_t kEnough = 64 * 1024;

}  // namespace

LineWriter::LineWriter(int descriptor, std::function<std::string(std::uint64_t)> dropped_line)
    : descriptor_(descriptor), dropped_line_(std::move(dropped_line)), thread_([this] { loop(); }) {}

LineWriter::~LineWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LineWriter::append(std::string_view line, bool urgent) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    std::size_t const before = waiting_.size();
    if (before + line.size() >= kMostWaiting) {
      ++dropped_;
      return;
    }
    waiting_ += line;
    waiting_ += '\n';
    wake = before == 0 || (before < kEnough && waiting_.size() >= kEnough) || (urgent && !urgent_);
    urgent_ = urgent_ || urgent;
  }
  if (wake) wake_.notify_one();
}

void LineWriter::loop() {
  std::string writing;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    wake_.wait_for(lock, kGather, [&] { return stopping_ || urgent_ || waiting_.size() >= kEnough; });
    writing.swap(waiting_);
    urgent_ = false;
    std::uint64_t const dropped = std::exchange(dropped_, 0);
    lock.unlock();
    // What was dropped came after what is here.
    if (dropped > 0) writing.append(dropped_line_(dropped)) += '\n';
    write_out(writing);
    writing.clear();
    lock.lock();
  }
}

void LineWriter::write_out(std::string_view bytes) const {
  while (!bytes.empty()) {
    ssize_t const count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Whoever gave us the descriptor may have made it non-blocking.
      pollfd ready{descriptor_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;  // nobody reads any more: there is nowhere left to say so
    }
  }
}

}  // namespace ivig::server
