#pragma once
// Threads that end by themselves, and a wait for them that ends as well.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ivig::server {

/// For one controlling thread. The destructor joins, however long that takes.
class Crew {
 public:
  Crew() = default;
  ~Crew() { join(); }
  Crew(Crew const&) = delete;
  Crew& operator=(Crew const&) = delete;

  void add(std::function<void()> work) {
    {
      std::lock_guard const lock(mutex_);
      ++running_;
    }
    threads_.emplace_back([this, work = std::move(work)] {
      work();
      std::lock_guard const lock(mutex_);
      --running_;
      ended_.notify_all();
    });
  }
  [[nodiscard]] bool empty() const { return threads_.empty(); }
  /// Whether all have ended within `time`.
  [[nodiscard]] bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, time, [this] { return running_ == 0; });
  }
  [[nodiscard]] std::size_t running() const {
    std::lock_guard const lock(mutex_);
    return running_;
  }
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace ivig::server
