#pragma once
// Work on several threads with results in the order of the work: whoever is free takes the next piece, whoever has the
// oldest result hands on all that are ready. What waits between the two is bounded.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace ivig::batch {

/// `take(Piece&)` gives the next piece or false, one call at a time. `work(Piece&, Result&, unsigned thread)` runs on
/// `threads` threads at once. `hand_on(Result&)` is called in the order of take, one call at a time; false ends the
/// run. At most four results a thread wait for an older one. The first exception ends the run and is thrown here.
template <class Piece, class Result, class Take, class Work, class HandOn>
class OrderedRun {
 public:
  OrderedRun(unsigned threads, Take take, Work work, HandOn hand_on)
      : threads_(threads),
        take_(std::move(take)),
        work_(std::move(work)),
        hand_on_(std::move(hand_on)),
        waiting_(std::size_t{threads} * 4) {}

  void run() {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads_; ++i) others.emplace_back([this, i] { loop(i); });
    loop(0);
    others.clear();  // joins
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void loop(unsigned thread) {
    Piece piece{};
    try {
      while (std::optional<std::uint64_t> const ticket = take(piece)) {
        Result result{};
        work_(piece, result, thread);
        deliver(*ticket, std::move(result));
      }
    } catch (...) {
      std::lock_guard const lock(state_);
      if (!failure_) failure_ = std::current_exception();
      over_ = true;
      room_.notify_all();
    }
  }

  std::optional<std::uint64_t> take(Piece& piece) {
    std::lock_guard const one_at_a_time(taking_);
    {
      std::unique_lock lock(state_);
      room_.wait(lock, [this] { return over_ || taken_ < handed_on_ + waiting_.size(); });
      if (over_) return std::nullopt;
    }
    if (take_(piece)) return taken_++;  // only written here, under taking_
    std::lock_guard const lock(state_);
    over_ = true;
    return std::nullopt;
  }

  void deliver(std::uint64_t ticket, Result result) {
    std::unique_lock lock(state_);
    waiting_[ticket % waiting_.size()] = std::move(result);
    if (handing_on_) return;  // that thread comes by
    handing_on_ = true;
    while (auto& oldest = waiting_[handed_on_ % waiting_.size()]) {
      Result next = std::move(*oldest);
      oldest.reset();
      lock.unlock();
      stopped_ = stopped_ || !hand_on_(next);  // only touched by whoever hands on
      lock.lock();
      ++handed_on_;
      if (stopped_) over_ = true;
      room_.notify_all();
    }
    handing_on_ = false;
  }

  unsigned threads_;
  Take take_;
  Work work_;
  HandOn hand_on_;
  std::mutex taking_, state_;
  std::condition_variable room_;
  std::vector<std::optional<Result>> waiting_;
  std::uint64_t taken_ = 0, handed_on_ = 0;
  bool handing_on_ = false, stopped_ = false, over_ = false;
  std::exception_ptr failure_;
};

template <class Piece, class Result, class Take, class Work, class HandOn>
void run_ordered(unsigned threads, Take take, Work work, HandOn hand_on) {
  OrderedRun<Piece, Result, Take, Work, HandOn> run(threads, std::move(take), std::move(work), std::move(hand_on));
  run.run();
}

}  // namespace ivig::batch
