#pragma once
// Lines to a file descriptor, gathered: a system call and a wake-up for many lines, not for each.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace ivig::server {

/// One thread writes. The first line wakes it, and it waits 20 ms for more unless a line is urgent or 64 KiB are
/// together. Lines keep their order; none is torn. The destructor writes the rest, then joins.
class LineWriter {
 public:
  /// Lines that wait take up to here; beyond it new ones are dropped, so that a descriptor that takes nothing costs the
  /// callers neither time nor memory.
  static constexpr std::size_t kMostWaiting = 2 * 1024 * 1024;

  /// The descriptor stays the caller's. `dropped_line` makes the line that says how many were dropped.
  LineWriter(int descriptor, std::function<std::string(std::uint64_t)> dropped_line);
  ~LineWriter();
  LineWriter(LineWriter const&) = delete;
  LineWriter& operator=(LineWriter const&) = delete;

  /// Appends the line and a line feed. Never waits for the descriptor. Any thread.
  void append(std::string_view line, bool urgent);

 private:
  void loop();
  void write_out(std::string_view bytes) const;

  int descriptor_;
  std::function<std::string(std::uint64_t)> dropped_line_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string waiting_;
  std::uint64_t dropped_ = 0;
  bool urgent_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: uses everything above
};

}  // namespace ivig::server
