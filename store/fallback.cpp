#include "store/fallback.h"

#include <algorithm>
#include <exception>

#include <malloc.h>

#include "store/record_json.h"

namespace ivig::store {
namespace {

constexpr std::size_t kLinesPerBatch = 200;

void append_lines(Write const& write, std::vector<std::string>& lines) {
  if (auto const* decisions = std::get_if<DecisionWrite>(&write.what)) {
    for (auto const& decision : decisions->decisions) lines.push_back(record_line(decision));
  } else if (auto const* feedback = std::get_if<FeedbackWrite>(&write.what)) {
    for (auto const& entry : feedback->entries) lines.push_back(record_line(entry));
  }
}

void answer(Write& write, Kept kept) {
  if (auto* decisions = std::get_if<DecisionWrite>(&write.what)) {
    decisions->done(kept);
  } else if (auto* feedback = std::get_if<FeedbackWrite>(&write.what)) {
    // Never acknowledged before it is committed; what was spooled is committed later all the same.
    feedback->done(
        base::fail(base::Errc::unavailable, "store", "feedback cannot be committed now; send it again later"));
  } else if (auto* review = std::get_if<ReviewWrite>(&write.what)) {
    review->done(base::fail(base::Errc::unavailable, "store", "nothing can be kept now; try again later"));
  } else if (auto* token = std::get_if<TokenWrite>(&write.what)) {
    token->done(true);  // this node has not seen it, or it would not have been asked
  }
}

}  // namespace

Fallback::~Fallback() { spool_memory(); }

void Fallback::keep(std::vector<WritePtr> const& writes) {
  std::vector<WritePtr> open;
  for (auto const& write : writes) {
    if (!write->answered) open.push_back(write);
  }
  Kept kept = Kept::spooled;
  try {
    std::vector<std::string> lines;
    for (auto const& write : open) append_lines(*write, lines);
    if (!lines.empty()) kept = keep_lines(std::move(lines));
  } catch (std::exception const&) {  // no memory: who waits is answered all the same
    std::lock_guard lock(mutex_);
    kept = Kept::unsaved;
    counts_.lost += open.size();
  }
  for (auto const& write : open) {
    if (write->claim()) answer(*write, kept);
  }
}

Kept Fallback::keep_lines(std::vector<std::string>&& lines) {
  std::lock_guard lock(mutex_);
  counts_.spool_writable = spool_.append(lines).has_value();
  if (counts_.spool_writable) {
    counts_.spooled += lines.size();
    spool_memory();  // there may be room again
    return Kept::spooled;
  }
  counts_.unsaved += lines.size();
  hold(std::move(lines));
  return Kept::unsaved;
}

/// In few pieces: each is synced.
void Fallback::spool_memory() {
  while (!memory_.empty()) {
    auto const count = static_cast<std::ptrdiff_t>(std::min(memory_.size(), kLinesPerBatch));
    std::vector<std::string> const batch(memory_.begin(), memory_.begin() + count);
    if (!spool_.append(batch)) return;
    for (std::ptrdiff_t i = 0; i < count; ++i) drop_oldest();
  }
}

void Fallback::hold(std::vector<std::string>&& lines) {
  for (auto& line : lines) {
    line.shrink_to_fit();  // it grew by doubling
    memory_bytes_ += line.size();
    memory_.push_back(std::move(line));
  }
  while (memory_bytes_ > most_memory_bytes_) {
    drop_oldest();
    ++counts_.lost;
  }
}

void Fallback::drop_oldest() {
  memory_bytes_ -= memory_.front().size();
  memory_.pop_front();
}

bool Fallback::has_records() const {
  std::lock_guard lock(mutex_);
  return !memory_.empty() || spool_.bytes() > 0;
}

bool Fallback::drain_segment(std::filesystem::path const& segment,
                             std::function<bool(std::vector<std::string> const&)> const& write, std::size_t& taken) {
  auto content = Spool::read(segment);
  if (!content) {
    std::lock_guard lock(mutex_);
    ++counts_.unreadable;
    return true;  // the others are not to wait for it
  }
  auto const& lines = content->lines;
  if (draining_ != segment) drained_lines_ = 0;
  draining_ = segment;
  while (drained_lines_ < lines.size()) {
    auto const from = lines.begin() + static_cast<std::ptrdiff_t>(drained_lines_);
    auto const count = std::min(lines.size() - drained_lines_, kLinesPerBatch);
    if (!write({from, from + static_cast<std::ptrdiff_t>(count)})) return false;
    taken += count;
    drained_lines_ += count;
  }
  draining_.clear();
  // Removed only when all of it is committed: a crash in between writes some again, which does no harm.
  std::lock_guard lock(mutex_);
  counts_.damaged += content->damaged;
  spool_.remove(segment, content->damaged > 0);
  return true;
}

std::size_t Fallback::drain(std::function<bool(std::vector<std::string> const& lines)> const& write) {
  std::size_t taken = 0;
  std::vector<std::filesystem::path> segments;
  {
    std::lock_guard lock(mutex_);
    spool_.close_segment();
    segments = spool_.segments();
  }
  for (auto const& segment : segments) {
    if (!drain_segment(segment, write, taken)) return taken;
  }
  bool held = false;
  while (true) {
    std::vector<std::string> batch;
    {
      std::lock_guard lock(mutex_);
      auto const count = std::min(memory_.size(), kLinesPerBatch);
      held = held || count > 0;
      batch.assign(memory_.begin(), memory_.begin() + static_cast<std::ptrdiff_t>(count));
    }
    if (!batch.empty() && !write(batch)) return taken;
    taken += batch.size();
    std::lock_guard lock(mutex_);
    if (batch.empty()) {
      counts_.spool_writable = true;  // as far as is known: the next record will tell
      if (held) ::malloc_trim(0);     // many small pieces: without a word the allocator keeps them
      return taken;
    }
    for (auto const& line : batch) {
      if (!memory_.empty() && memory_.front() == line) drop_oldest();
    }
  }
}

bool Fallback::set_aside(std::vector<std::string> const& lines) {
  std::lock_guard lock(mutex_);
  if (!spool_.set_aside(lines)) return false;
  counts_.refused += lines.size();
  return true;
}

Fallback::Counts Fallback::counts() const {
  std::lock_guard lock(mutex_);
  Counts counts = counts_;
  counts.spool_bytes = spool_.bytes();
  counts.memory_records = memory_.size();
  return counts;
}

}  // namespace ivig::store
