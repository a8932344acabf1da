#pragma once
// One thing to be written, and who waits for it.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "store/records.h"
#include "store/store.h"

namespace ivig::store {

struct DecisionWrite {
  std::vector<DecisionRecord> decisions;
  std::function<void(Kept)> done;
};

struct FeedbackWrite {
  std::vector<FeedbackRecord> entries;
  std::function<void(base::Result<std::size_t>)> done;
  std::size_t fresh = 0;  ///< set by the commit
};

struct ReviewWrite {
  std::vector<ReviewRecord> records;
  std::vector<std::string> ids;  ///< one for each record, rising
  std::function<void(base::Result<void>)> done;
};

struct TokenWrite {
  TokenUse token;
  std::function<void(bool)> done;
  bool first = true;  ///< set by the commit; before it: what this node's memory says
};

/// Answered exactly once: by the commit, or by the fallback when the commit is late or fails. The commit may still
/// happen afterwards; records are idempotent.
struct Write {
  using Clock = std::chrono::steady_clock;
  std::variant<DecisionWrite, FeedbackWrite, ReviewWrite, TokenWrite> what;
  Clock::time_point deadline{};
  bool bulk = false;  ///< a piece of a large call: commits after what came meanwhile, one at a time
  std::atomic<bool> answered{false};
  std::atomic<bool> in_flight{false};  ///< a commit is under way that may still keep it
  std::atomic<bool> stored{false};     ///< it is in the database
  std::atomic<bool> spooled{false};    ///< all of it is in the spool
  bool late = false;                   ///< of group commit: a piece that the fallback was given, and still waits
  // Of the fallback, under its mutex: lines of it in memory, and such as memory had no room for while it was in flight.
  std::size_t held = 0, dropped = 0;

  /// True for the one caller that may answer.
  [[nodiscard]] bool claim() { return !answered.exchange(true); }
};
using WritePtr = std::shared_ptr<Write>;

}  // namespace ivig::store
