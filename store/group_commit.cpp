#include "store/group_commit.h"

#include <algorithm>
#include <utility>

namespace ivig::store {
namespace {

constexpr std::size_t kMostPieces = 1024;  ///< of large calls that wait; further ones are spooled at once
constexpr std::size_t kCompany = 32;       ///< writes that make a commit worth its cost
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
  bool diverted = false, wake = false, watch = false;
  auto const deadline = write->deadline;
  {
    std::lock_guard lock(mutex_);
    diverted = !open_ || (stalled_ && !write->bulk) || (write->bulk && bulk_.size() >= kMostPieces);
    if (diverted) diverted_.push_back(std::move(write));
    else if (write->bulk) bulk_.push_back(std::move(write));
    else queue_.push_back(std::move(write));
    wake = queue_.size() == 1 || queue_.size() == kCompany || bulk_.size() == 1;
    watch = diverted || (stalled_ && deadline < watcher_wakes_);
  }
  // The watcher falls back: syncing the spool is no work for a connection's thread.
  if (watch) watch_.notify_one();
  if (wake && !diverted) work_.notify_one();
}

void GroupCommit::set_open(bool open) {
  {
    std::lock_guard lock(mutex_);
    open_ = open;
    if (!open) {
      diverted_.insert(diverted_.end(), queue_.begin(), queue_.end());
      for (auto& piece : bulk_) {
        piece->in_flight = false;
        diverted_.push_back(std::move(piece));
      }
      queue_.clear();
      bulk_.clear();
    }
  }
  watch_.notify_one();
}

std::size_t GroupCommit::queued() const {
  std::lock_guard lock(mutex_);
  return queue_.size() + bulk_.size() + (in_flight_ == nullptr ? 0 : in_flight_->size()) + diverted_.size();
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

std::vector<WritePtr> GroupCommit::take_batch() {
  auto const count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), settings_.most_per_commit));
  std::vector<WritePtr> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  if (!bulk_.empty()) {
    batch.push_back(std::move(bulk_.front()));
    bulk_.pop_front();
  }
  return batch;
}

/// When the next waiting piece is late; whatever else waits is committed next.
Write::Clock::time_point GroupCommit::piece_deadline() const {
  auto const piece = std::find_if(bulk_.begin(), bulk_.end(), [](auto const& waiting) { return !waiting->late; });
  return piece == bulk_.end() ? Write::Clock::time_point::max() : (*piece)->deadline;
}

/// When the watcher has something to do while a commit is under way.
Write::Clock::time_point GroupCommit::next_deadline() const {
  return std::min(piece_deadline(), stalled_ ? in_flight_since_ + settings_.interrupt : in_flight_->front()->deadline);
}

/// Late pieces are given to the fallback, and go on waiting until it has them on disk: the database is slow, not away.
void GroupCommit::add_late_pieces(Write::Clock::time_point now, std::vector<WritePtr>& late) {
  for (auto const& piece : bulk_) {
    if (now < piece->deadline) return;
    if (std::exchange(piece->late, true)) continue;
    piece->in_flight = true;
    late.push_back(piece);
  }
}

void GroupCommit::commit_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [&] { return stopping_ || !is_idle(); });
    gather(lock);
    if (is_idle() && stopping_) return;
    if (is_idle()) continue;  // diverted meanwhile
    std::vector<WritePtr> batch = take_batch();
    for (auto const& write : batch) write->in_flight = true;
    in_flight_ = &batch;
    in_flight_since_ = Write::Clock::now();
    bool const wake = next_deadline() < watcher_wakes_;
    lock.unlock();
    if (wake) watch_.notify_one();
    bool const kept = hooks_.commit(batch).has_value();
    for (auto const& write : batch) {
      if (kept) write->stored = true;
      write->in_flight = false;
    }
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
    add_late_pieces(now, late);
    bool const cut = in_flight_late && !interrupted_ && now >= in_flight_since_ + settings_.interrupt;
    if (cut) interrupted_ = true;
    if (!late.empty() || cut) {
      lock.unlock();
      if (!late.empty()) hooks_.fall_back(late);
      if (cut) hooks_.interrupt();
      lock.lock();
      std::erase_if(bulk_, [](auto const& piece) { return piece->late && piece->spooled; });
      continue;
    }
    if (committer_done_) return;
    if (in_flight_ == nullptr) {
      watcher_wakes_ = Write::Clock::time_point::max();
      watch_.wait(lock);
    } else {
      watcher_wakes_ = next_deadline();
      watch_.wait_until(lock, Write::Clock::time_point(watcher_wakes_));
      if (interrupted_) watch_.wait_for(lock, std::chrono::milliseconds(100));
    }
    watcher_wakes_ = {};
  }
}

}  // namespace ivig::store
