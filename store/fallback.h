#pragma once
// Where records go when the database does not take them: the spool, and memory when the spool is full too.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/spool.h"
#include "store/write.h"

namespace ivig::store {

/// Keeps and hands back. Any thread may call.
class Fallback {
 public:
  /// Called at the end with the number of records that neither database nor spool took.
  using Lost = std::function<void(std::size_t records)>;
  /// `memory_bytes`: of records that are held when the spool is full; the oldest go first.
  Fallback(
      Spool spool, std::uint64_t memory_bytes, Lost lost_at_end = [](std::size_t) {});

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

  /// Spools the writes that are not answered yet, and answers them. A record counts as lost only when memory had no
  /// room for it and no commit that may still keep it is under way: of those that are, when this is called for them
  /// again.
  void keep(std::vector<WritePtr> const& writes);
  /// The database has these after all: what memory holds of them is let go.
  void let_go(std::vector<WritePtr> const& writes);

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
  /// One record, and whose it is; the writer may be gone.
  struct Line {
    std::string text;
    std::weak_ptr<Write> of;
  };
  /// Holds the mutex, and shows the counts as they are at its end.
  struct Turn {
    explicit Turn(Fallback& its) : fallback(its), lock(its.mutex_) {}
    ~Turn() { fallback.show_counts(); }
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;
    Fallback& fallback;
    std::lock_guard<std::mutex> lock;
  };
  [[nodiscard]] std::vector<Kept> keep_records(std::vector<WritePtr> const& writes);
  [[nodiscard]] bool spool(std::vector<Line>& lines);
  void hold(std::vector<Line>&& lines);
  void count_lost(Write& write);
  void spool_memory();
  Line take_oldest();
  void show_counts();

  mutable std::mutex mutex_;
  Lost lost_at_end_;
  Spool spool_;
  std::deque<Line> memory_;
  std::uint64_t memory_bytes_ = 0;
  std::uint64_t most_memory_bytes_;
  std::filesystem::path draining_;  ///< the segment that was not taken whole
  std::size_t drained_lines_ = 0;   ///< of it
  Counts counts_;
  mutable std::mutex shown_mutex_;  ///< probes must not wait for the disk
  Counts shown_;
};

}  // namespace ivig::store
