#pragma once
// Where records go when the database does not take them: the spool, and memory when the spool is full too.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "store/spool.h"
#include "store/write.h"

namespace ivig::store {

/// Keeps and hands back. Any thread may call.
class Fallback {
 public:
  /// `memory_bytes`: of records that are held when the spool is full; the oldest go first.
  Fallback(Spool spool, std::uint64_t memory_bytes) : spool_(std::move(spool)), most_memory_bytes_(memory_bytes) {}

  /// What memory holds goes to the spool, as far as there is room.
  ~Fallback();
  Fallback(Fallback const&) = delete;
  Fallback& operator=(Fallback const&) = delete;

  struct Counts {
    std::uint64_t spooled = 0, unsaved = 0, lost = 0, refused = 0;
    std::uint64_t damaged = 0;     ///< lines of the spool that cannot be read; their segments are kept aside
    std::uint64_t unreadable = 0;  ///< times that a segment could not be read; it stays
    std::uint64_t spool_bytes = 0, memory_records = 0;
    bool spool_writable = true;
  };

  /// Spools the writes that are not answered yet, and answers them.
  void keep(std::vector<WritePtr> const& writes);

  /// Whether anything waits for the database.
  [[nodiscard]] bool has_records() const;

  /// Hands everything to `write`, oldest first, in batches; what `write` has taken is removed, of the spool whole
  /// segments. Stops at the first batch that it does not take, and goes on from there the next time. Returns how many
  /// lines were taken.
  std::size_t drain(std::function<bool(std::vector<std::string> const& lines)> const& write);

  /// Keeps lines apart that the database will never take. False: there is no place for them.
  [[nodiscard]] bool set_aside(std::vector<std::string> const& lines);

  [[nodiscard]] Counts counts() const;

 private:
  bool drain_segment(std::filesystem::path const& segment,
                     std::function<bool(std::vector<std::string> const&)> const& write, std::size_t& taken);
  [[nodiscard]] Kept keep_lines(std::vector<std::string>&& lines);
  void hold(std::vector<std::string>&& lines);
  void spool_memory();
  void drop_oldest();

  mutable std::mutex mutex_;
  Spool spool_;
  std::deque<std::string> memory_;
  std::uint64_t memory_bytes_ = 0;
  std::uint64_t most_memory_bytes_;
  std::filesystem::path draining_;  ///< the segment that was not taken whole
  std::size_t drained_lines_ = 0;   ///< of it
  Counts counts_;
};

}  // namespace ivig::store
