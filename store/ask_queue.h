#pragma once
// Questions on a thread of their own, with a connection of their own: reading never waits for writing, nor holds it up.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "store/reader.h"

namespace ivig::store {

/// One thread. The connection is opened at the first question and anew after an error. The destructor answers what is
/// queued, then joins.
class AskQueue {
 public:
  using Question = std::function<void(base::Result<Reader*>)>;

  explicit AskQueue(SqlTarget target) : target_(std::move(target)), thread_([this] { loop(); }) {}
  ~AskQueue() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
    thread_.join();
  }
  AskQueue(AskQueue const&) = delete;
  AskQueue& operator=(AskQueue const&) = delete;

  /// Errors (given to the question): unavailable when the database is away or too many questions wait.
  void ask(Question question) {
    {
      std::lock_guard lock(mutex_);
      if (queue_.size() < kMostWaiting) {
        queue_.push_back(std::move(question));
        work_.notify_one();
        return;
      }
    }
    question(base::fail(base::Errc::unavailable, "store", "too many questions wait; ask again later"));
  }

 private:
  static constexpr std::size_t kMostWaiting = 64;

  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      work_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      Question question = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      answer(question);
      lock.lock();
    }
  }

  void answer(Question const& question) {
    // A lost connection shows only when it is used: it is tried before it is handed out.
    if (reader_) {
      auto probe = reader_->show("");
      if (!probe && probe.error().code != base::Errc::not_found) reader_.reset();
    }
    if (!reader_) {
      auto opened = open_reader(target_);
      if (!opened) return question(tl::unexpected(opened.error()));
      reader_ = std::move(*opened);
    }
    question(reader_.get());
  }

  SqlTarget target_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Question> queue_;
  bool stopping_ = false;
  std::unique_ptr<Reader> reader_;
  std::thread thread_;  // last: uses everything above
};

}  // namespace ivig::store
