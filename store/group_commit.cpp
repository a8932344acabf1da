#include "store/group_commit.h"

#include <algorithm>
#include <utility>

namespace ivig::store {
namespace {

constexpr std::size_t kCompany = 32;  ///< writes that make a commit worth its cost
constexpr std::chrono::microseconds kStep(500);
constexpr std::chrono::milliseconds kMostGathering(4);

}  // namespace

GroupCommit::GroupCommit(Settings settings, GroupCommitHooks hooks)
    : settings_(settings),
      hooks_(std::move(hooks)),
      committer_([this] { commit_loop(); }),
      watcher_([this] { watch_loop(); }) {}

GroupCommit::~GroupCommit() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  watch_.notify_all();
  committer_.join();
  {
    std::lock_guard lock(mutex_);
    committer_done_ = true;
  }
  watch_.notify_all();
  watcher_.join();
}

void GroupCommit::submit(WritePtr write) {
  write->deadline = Write::Clock::now() + settings_.wait;
  bool diverted = false, wake = false;
  {
    std::lock_guard lock(mutex_);
    diverted = !open_ || stalled_;
    (diverted ? diverted_ : queue_).push_back(std::move(write));
    wake = queue_.size() == 1 || queue_.size() == kCompany;
  }
  // The watcher falls back: syncing the spool is no work for a connection's thread.
  if (diverted) watch_.notify_one();
  else if (wake) work_.notify_one();
}

void GroupCommit::set_open(bool open) {
  {
    std::lock_guard lock(mutex_);
    open_ = open;
    if (!open) {
      diverted_.insert(diverted_.end(), queue_.begin(), queue_.end());
      queue_.clear();
    }
  }
  watch_.notify_one();
}

std::size_t GroupCommit::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size() + (in_flight_ == nullptr ? 0 : in_flight_->size()) + diverted_.size();
}

/// Waits for more writes where more are likely to come: the last commit was of several.
void GroupCommit::gather(std::unique_lock<std::mutex>& lock) {
  if (last_count_ < 2) return;
  auto const most = std::min<Write::Clock::duration>(last_took_, kMostGathering);
  auto const step = std::min<Write::Clock::duration>(most / 4, kStep);
  auto const end = Write::Clock::now() + most;
  bool more = true;
  while (more && !stopping_ && queue_.size() < kCompany && Write::Clock::now() < end) {
    std::size_t const before = queue_.size();
    work_.wait_for(lock, step, [&] { return stopping_ || queue_.size() >= kCompany; });
    more = queue_.size() > before;
  }
}

void GroupCommit::commit_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    gather(lock);
    if (queue_.empty() && stopping_) return;
    if (queue_.empty()) continue;  // diverted meanwhile
    auto const count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), settings_.most_per_commit));
    std::vector<WritePtr> batch(std::make_move_iterator(queue_.begin()),
                                std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
    in_flight_ = &batch;
    in_flight_since_ = Write::Clock::now();
    bool const wake = batch.front()->deadline < watcher_wakes_;
    lock.unlock();
    if (wake) watch_.notify_one();
    bool const kept = hooks_.commit(batch).has_value();
    if (kept) hooks_.committed(batch);
    lock.lock();
    last_took_ = Write::Clock::now() - in_flight_since_;
    last_count_ = batch.size();
    in_flight_ = nullptr;
    stalled_ = interrupted_ = false;
    if (!kept) {
      diverted_.insert(diverted_.end(), batch.begin(), batch.end());
      watch_.notify_one();
    }
    // Freeing many records takes time, and callers wait for the lock.
    lock.unlock();
    batch.clear();
    lock.lock();
  }
}

void GroupCommit::watch_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    std::vector<WritePtr> late = std::exchange(diverted_, {});
    auto const now = Write::Clock::now();
    bool const in_flight_late = in_flight_ != nullptr && now >= in_flight_->front()->deadline;
    if (in_flight_late && !stalled_) {
      stalled_ = true;
      late.insert(late.end(), in_flight_->begin(), in_flight_->end());
      late.insert(late.end(), queue_.begin(), queue_.end());
      queue_.clear();
    }
    bool const cut = in_flight_late && !interrupted_ && now >= in_flight_since_ + settings_.interrupt;
    if (cut) interrupted_ = true;
    if (!late.empty() || cut) {
      lock.unlock();
      if (!late.empty()) hooks_.fall_back(late);
      if (cut) hooks_.interrupt();
      lock.lock();
      continue;
    }
    if (committer_done_) return;
    if (in_flight_ == nullptr) {
      watcher_wakes_ = Write::Clock::time_point::max();
      watch_.wait(lock);
    } else {
      watcher_wakes_ = stalled_ ? in_flight_since_ + settings_.interrupt : in_flight_->front()->deadline;
      watch_.wait_until(lock, Write::Clock::time_point(watcher_wakes_));
      if (interrupted_) watch_.wait_for(lock, std::chrono::milliseconds(100));
    }
    watcher_wakes_ = {};
  }
}

}  // namespace ivig::store
