#include "store/fallback.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <malloc.h>

#include "store/record_json.h"

namespace ivig::store {
namespace {

constexpr std::size_t kLinesPerBatch = 200;
constexpr std::size_t kBytesPerSync = 1024 * 1024;  // spooled at once: what fits is kept, whatever comes after it

/// Calls `f(std::string line)` for each record.
template <class F>
void each_line(Write const& write, F&& f) {
  if (auto const* decisions = std::get_if<DecisionWrite>(&write.what)) {
    for (auto const& decision : decisions->decisions) f(record_line(decision));
  } else if (auto const* feedback = std::get_if<FeedbackWrite>(&write.what)) {
    for (auto const& entry : feedback->entries) f(record_line(entry));
  }
}

std::size_t records_of(Write const& write) {
  if (auto const* decisions = std::get_if<DecisionWrite>(&write.what)) return decisions->decisions.size();
  return 0;
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

Fallback::Fallback(Spool spool, std::uint64_t memory_bytes, Lost lost_at_end)
    : lost_at_end_(std::move(lost_at_end)), spool_(std::move(spool)), most_memory_bytes_(memory_bytes) {
  show_counts();
}

Fallback::~Fallback() {
  spool_memory();
  if (!memory_.empty()) lost_at_end_(memory_.size());
}

void Fallback::keep(std::vector<WritePtr> const& writes) {
  std::vector<WritePtr> open;
  {
    Turn const turn(*this);
    for (auto const& write : writes) {
      if (!write->answered) open.push_back(write);
      else if (!write->in_flight) count_lost(*write);
    }
  }
  std::vector<Kept> kept(open.size(), Kept::unsaved);
  try {
    kept = keep_records(open);
  } catch (std::exception const&) {  // no memory: who waits is answered all the same
    Turn const turn(*this);
    for (auto const& write : open) {
      write->dropped += records_of(*write) - write->held;
      if (!write->in_flight) count_lost(*write);
    }
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (kept[i] == Kept::spooled) open[i]->spooled = true;
    if (open[i]->claim()) answer(*open[i], kept[i]);
  }
}

std::vector<Kept> Fallback::keep_records(std::vector<WritePtr> const& writes) {
  std::vector<Kept> kept(writes.size(), Kept::spooled);
  Turn const turn(*this);
  std::vector<Line> batch;
  std::size_t bytes = 0, first = 0;  // the first write with a line in the batch
  bool refused = false, spooled = false;
  auto const put = [&](std::size_t last) {
    if (batch.empty()) return;
    if (refused) counts_.unsaved += batch.size();
    else refused = !spool(batch);
    spooled = spooled || !refused;
    for (std::size_t i = first; refused && i <= last; ++i) kept[i] = Kept::unsaved;
    if (refused) hold(std::move(batch));
    batch.clear();
    bytes = 0;
  };
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (writes[i]->stored) continue;  // meanwhile
    each_line(*writes[i], [&](std::string line) {
      if (batch.empty()) first = i;
      bytes += line.size();
      batch.push_back({std::move(line), writes[i]});
      if (bytes >= kBytesPerSync) put(i);
    });
  }
  put(writes.empty() ? 0 : writes.size() - 1);
  if (spooled && !refused) spool_memory();  // there may be room again
  return kept;
}

bool Fallback::spool(std::vector<Line>& lines) {
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (auto& line : lines) texts.push_back(std::move(line.text));
  counts_.spool_writable = spool_.append(texts).has_value();
  (counts_.spool_writable ? counts_.spooled : counts_.unsaved) += lines.size();
  if (!counts_.spool_writable) {
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i].text = std::move(texts[i]);
  }
  return counts_.spool_writable;
}

void Fallback::let_go(std::vector<WritePtr> const& writes) {
  // Mostly nothing of them was ever here, and nobody has to wait for the disk to learn it.
  if (std::none_of(writes.begin(), writes.end(), [](auto const& write) { return write->answered.load(); })) return;
  Turn const turn(*this);
  bool any = false;
  for (auto const& write : writes) {
    any = any || std::exchange(write->held, 0U) > 0;
    write->dropped = 0;
  }
  if (!any) return;
  std::erase_if(memory_, [&](Line const& line) {
    auto const write = line.of.lock();
    if (!write || !write->stored) return false;
    memory_bytes_ -= line.text.size();
    return true;
  });
}

/// Records that memory had no room for, once nothing else will keep them.
void Fallback::count_lost(Write& write) {
  if (!write.stored) counts_.lost += write.dropped;
  write.dropped = 0;
}

/// In few pieces: each is synced.
void Fallback::spool_memory() {
  while (!memory_.empty()) {
    std::vector<std::string> batch;
    std::size_t bytes = 0;
    for (auto line = memory_.begin(); line != memory_.end() && bytes < kBytesPerSync; ++line) {
      batch.push_back(line->text);
      bytes += line->text.size();
    }
    if (!spool_.append(batch)) return;
    for (std::size_t i = 0; i < batch.size(); ++i) static_cast<void>(take_oldest());
  }
}

void Fallback::hold(std::vector<Line>&& lines) {
  for (auto& line : lines) {
    line.text.shrink_to_fit();  // it grew by doubling
    memory_bytes_ += line.text.size();
    if (auto const write = line.of.lock()) ++write->held;
    memory_.push_back(std::move(line));
  }
  while (memory_bytes_ > most_memory_bytes_) {
    auto const write = take_oldest().of.lock();
    if (write && write->stored) continue;
    if (write && write->in_flight) ++write->dropped;
    else ++counts_.lost;
  }
}

Fallback::Line Fallback::take_oldest() {
  Line line = std::move(memory_.front());
  memory_bytes_ -= line.text.size();
  memory_.pop_front();
  if (auto const write = line.of.lock(); write && write->held > 0) --write->held;
  return line;
}

bool Fallback::has_records() const {
  std::lock_guard lock(shown_mutex_);
  return shown_.memory_records > 0 || shown_.spool_bytes > 0;
}

void Fallback::show_counts() {
  std::lock_guard lock(shown_mutex_);
  shown_ = counts_;
  shown_.spool_bytes = spool_.bytes();
  shown_.memory_records = memory_.size();
}

bool Fallback::drain_segment(std::filesystem::path const& segment,
                             std::function<bool(std::vector<std::string> const&)> const& write, std::size_t& taken) {
  auto content = Spool::read(segment);
  if (!content) {
    Turn const turn(*this);
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
  Turn const turn(*this);
  counts_.damaged += content->damaged;
  spool_.remove(segment, content->damaged > 0);
  return true;
}

std::size_t Fallback::drain(std::function<bool(std::vector<std::string> const& lines)> const& write) {
  std::size_t taken = 0;
  std::vector<std::filesystem::path> segments;
  {
    Turn const turn(*this);
    spool_.close_segment();
    spool_.recount();
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
      for (std::size_t i = 0; i < count; ++i) batch.push_back(memory_[i].text);
    }
    if (!batch.empty() && !write(batch)) return taken;
    taken += batch.size();
    Turn const turn(*this);
    if (batch.empty()) {
      counts_.spool_writable = true;  // as far as is known: the next record will tell
      if (held) ::malloc_trim(0);     // many small pieces: without a word the allocator keeps them
      return taken;
    }
    for (auto const& text : batch) {
      if (!memory_.empty() && memory_.front().text == text) static_cast<void>(take_oldest());
    }
  }
}

bool Fallback::set_aside(std::vector<std::string> const& lines) {
  Turn const turn(*this);
  if (!spool_.set_aside(lines)) return false;
  counts_.refused += lines.size();
  return true;
}

Fallback::Counts Fallback::counts() const {
  std::lock_guard lock(shown_mutex_);
  return shown_;
}

}  // namespace ivig::store
