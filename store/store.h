#pragma once
// The store's narrow face: keep decisions and feedback, tell a token's first use, ask.
// Implementations: none_store.h (keeps nothing), sql_store.h (SQLite, PostgreSQL).

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/reader.h"
#include "store/records.h"
#include "store/review_records.h"

namespace ivig::store {

/// What became of decisions handed to the store.
enum class Kept : std::uint8_t {
  committed,   ///< in the database, on disk
  spooled,     ///< in the spool, on disk; written to the database when it is back
  unsaved,     ///< in memory only: database and spool both refuse. An alarm
  not_wanted,  ///< the store keeps nothing
};
[[nodiscard]] constexpr std::string_view to_string(Kept kept) {
  return kept == Kept::committed ? "committed"
         : kept == Kept::spooled ? "spooled"
         : kept == Kept::unsaved ? "unsaved"
                                 : "not-wanted";
}

/// Sums since the start, and the state of this moment.
struct StoreStatus {
  bool writable = true;         ///< the database takes records
  bool spool_writable = true;   ///< records are safe even while it does not
  std::string reason;           ///< why it is not writable; no patient data
  std::uint64_t committed = 0;  ///< decisions
  std::uint64_t spooled = 0;
  std::uint64_t replayed = 0;  ///< from the spool into the database
  std::uint64_t unsaved = 0;   ///< held in memory at some time
  std::uint64_t lost = 0;      ///< dropped because even memory was full
  std::uint64_t refused = 0;   ///< spooled records that the database will not take; kept in a file of their own
  std::uint64_t feedback = 0;  ///< entries committed
  std::uint64_t commits = 0;   ///< transactions
  std::uint64_t failures = 0;  ///< transactions that failed
  std::uint64_t expired = 0;   ///< decisions removed by retention
  std::uint64_t queue = 0;     ///< writes that wait for their commit now
  std::uint64_t spool_bytes = 0;
  std::uint64_t memory_records = 0;
};

/// Functions return at once; `done` is called once, from a thread of the store's own or, when there is nothing to wait
/// for, from the caller's. Any thread may call them.
class Store {
 public:
  Store() = default;
  Store(Store const&) = delete;
  Store& operator=(Store const&) = delete;
  virtual ~Store() = default;

  /// Whether feedback and questions have an answer here.
  [[nodiscard]] virtual bool keeps() const = 0;

  /// Keeps the decisions of one call; many of them in several transactions. `done` gets the worst that became of any.
  virtual void record(std::vector<DecisionRecord> decisions, std::function<void(Kept)> done) = 0;

  /// Keeps feedback. Success means committed; unavailable: not yet, though a copy may be in the spool, and sending it
  /// again does no harm (FDBK-09). Number: entries that were new.
  virtual void keep_feedback(std::vector<FeedbackRecord> entries,
                             std::function<void(base::Result<std::size_t>)> done) = 0;

  /// Keeps what reviewers did, all of it or nothing. Success means committed. Errors: unavailable; nothing of it is
  /// spooled: who acts on what was not kept must be told so.
  virtual void keep_review(std::vector<ReviewRecord> records, std::function<void(base::Result<void>)> done) = 0;

  /// Whether this is the first use of a token, on any node of one database. While the database is away: on this node.
  virtual void first_use(TokenUse token, std::function<void(bool)> done) = 0;

  /// Runs `question` on a thread where it may block. It is given an error when the store cannot be read.
  virtual void ask(std::function<void(base::Result<Reader*>)> question) = 0;

  [[nodiscard]] virtual StoreStatus status() const = 0;
};

}  // namespace ivig::store
