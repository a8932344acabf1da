#pragma once
// Many writers, one commit: while one transaction is on its way to the disk the next one gathers, so that the cost of
// durability is shared by all who wait.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store/write.h"

namespace ivig::store {

/// What a group commit asks of its owner. Functions are called from its threads, never two of a kind at once.
struct GroupCommitHooks {
  /// Writes all in one transaction, or fails and has written none. On success the writes hold their results.
  std::function<base::Result<void>(std::vector<WritePtr> const&)> commit;
  /// Answers writes whose commit failed or is late; those that are answered already must be passed over.
  std::function<void(std::vector<WritePtr> const&)> fall_back;
  /// Answers writes that are committed.
  std::function<void(std::vector<WritePtr> const&)> committed;
  /// The commit has been hanging for so long: cut it off.
  std::function<void()> interrupt;
};

/// A commit takes all that waits and one piece of a large call, so that many orders in one call hold up nobody's
/// record. Two threads: one commits, one watches deadlines. Under load a commit waits for company first, for as long as
/// writes keep coming and no longer than the commit before it took. The destructor commits what is queued, then joins.
class GroupCommit {
 public:
  struct Settings {
    std::chrono::milliseconds wait{1000};        ///< a commit that takes longer is answered by the fallback
    std::chrono::milliseconds interrupt{10000};  ///< a commit that takes longer is cut off
    std::size_t most_per_commit = 1024;
  };

  GroupCommit(Settings settings, GroupCommitHooks hooks);
  ~GroupCommit();
  GroupCommit(GroupCommit const&) = delete;
  GroupCommit& operator=(GroupCommit const&) = delete;

  /// Sets the deadline and queues the write. Any thread.
  void submit(WritePtr write);

  /// While closed, writes go straight to the fallback: the database is known to be away.
  void set_open(bool open);

  [[nodiscard]] std::size_t queued() const;

 private:
  void commit_loop();
  void gather(std::unique_lock<std::mutex>& lock);
  void watch_loop();
  // Under the mutex.
  [[nodiscard]] bool is_idle() const { return queue_.empty() && bulk_.empty(); }
  [[nodiscard]] Write::Clock::time_point piece_deadline() const;
  [[nodiscard]] Write::Clock::time_point next_deadline() const;
  [[nodiscard]] std::vector<WritePtr> take_batch();
  void add_late_pieces(Write::Clock::time_point now, std::vector<WritePtr>& late);

  Settings settings_;
  GroupCommitHooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable work_, watch_;
  std::vector<WritePtr> queue_;
  std::deque<WritePtr> bulk_;                         ///< pieces of large calls
  std::vector<WritePtr> const* in_flight_ = nullptr;  ///< the batch whose commit is under way
  std::vector<WritePtr> diverted_;                    ///< for the fallback at once
  Write::Clock::time_point in_flight_since_{};
  Write::Clock::duration last_took_{0};  ///< the commit before
  std::size_t last_count_ = 0;
  Write::Clock::time_point watcher_wakes_{};  ///< by itself; long ago while it is awake
  bool open_ = true;
  bool stalled_ = false;      ///< the commit in flight is late: new writes do not wait behind it
  bool interrupted_ = false;  ///< and has been cut off
  bool stopping_ = false;
  bool committer_done_ = false;
  std::thread committer_, watcher_;
};

}  // namespace ivig::store
