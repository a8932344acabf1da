#pragma once
// What an operator is told of the spool: each thing once, until it is over.

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "store/fallback.h"

namespace ivig::store {

/// Its two functions may run on two threads, each on one at a time.
class SpoolNews {
 public:
  using Tell = std::function<void(bool alarm, std::string_view event, std::string_view detail)>;
  /// Keeps the reference.
  explicit SpoolNews(Tell const& tell) : tell_(tell) {}

  void after_keeping(Fallback::Counts const& before, Fallback::Counts const& after) {
    // Until everything is on disk again: small records may fit where others do not.
    if (after.unsaved > before.unsaved && !std::exchange(holding_, true)) {
      tell_(true, "store_unsaved",
            "the spool takes no more and the database has not taken these: records are in memory only");
    }
    if (after.lost > before.lost && !std::exchange(losing_, true)) {
      tell_(true, "store_lost", "neither database nor spool took them and memory was full (store_memory_bytes)");
    }
    if (after.memory_records == 0 && after.lost == before.lost && after.spool_writable) holding_ = losing_ = false;
  }

  void after_draining(Fallback::Counts const& counts) {
    if (counts.damaged > std::exchange(damaged_, counts.damaged)) {
      tell_(true, "store_damaged", "lines of the spool cannot be read; *.damaged in it has them");
    }
    bool const unreadable = counts.unreadable > std::exchange(unreadable_, counts.unreadable);
    if (unreadable && !std::exchange(stays_, true)) {
      tell_(true, "store_unreadable", "a segment of the spool cannot be read; it stays where it is");
    }
    if (!unreadable) stays_ = false;
  }

 private:
  Tell const& tell_;
  bool holding_ = false, losing_ = false;       ///< told of records in memory, of lost ones
  std::uint64_t damaged_ = 0, unreadable_ = 0;  ///< what was told of
  bool stays_ = false;                          ///< told of a segment that cannot be read
};

}  // namespace ivig::store
