#pragma once
// The store on SQLite or PostgreSQL: group commits, a spool while the database is away, its return, and retention.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

namespace ivig::store {

struct SqlStoreSettings {
  SqlTarget target;  ///< sqlite with ":memory:": a folder in memory, gone with the process
  std::filesystem::path spool;
  std::uint64_t spool_bytes = 256ULL * 1024 * 1024;
  std::uint64_t spool_reserve = 4ULL * 1024 * 1024;
  std::uint64_t memory_bytes =
      64ULL * 1024 * 1024;               ///< of records when the spool is full too; then the oldest are lost
  std::chrono::milliseconds wait{1000};  ///< longest that an answer waits for its commit; then the record is spooled
  std::chrono::hours keep{0};            ///< decisions older than that are removed; 0: kept for good
  std::chrono::milliseconds retry{250};  ///< first pause before a lost database is tried again; grows to 20 times
  std::chrono::milliseconds sweep = std::chrono::minutes(10);  ///< between two looks for what is too old
  /// Something an operator should know. `alarm`: someone has to act. No patient data. Any thread.
  std::function<void(bool alarm, std::string_view event, std::string_view detail)> on_event = [](bool, std::string_view,
                                                                                                 std::string_view) {};
  /// A transaction with so many decisions was committed, in so much time. Any thread.
  std::function<void(std::chrono::nanoseconds time, std::size_t decisions)> on_commit = [](std::chrono::nanoseconds,
                                                                                           std::size_t) {};
};

/// Opens the store and brings its tables up to date. A PostgreSQL server that cannot be reached is no error: records
/// are spooled until it is there. Errors: unavailable (SQLite file), io (spool), invalid_config (tables of a newer
/// program).
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_sql_store(SqlStoreSettings settings);

}  // namespace ivig::store
