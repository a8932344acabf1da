#pragma once
// One connection to SQLite or PostgreSQL through SOCI, set up for durable commits. For files of store/ only: the SOCI
// headers cost seconds of compile time, and its exceptions stop here.

#include <chrono>
#include <concepts>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <soci/soci.h>

#include "base/result.h"
#include "store/reader.h"

namespace ivig::store {

/// The first line of what the database says, without the values that SOCI and PostgreSQL append: safe to log.
[[nodiscard]] std::string safe_message(std::exception const& error);

/// Whether the database refused what it was given, and would again. False: it is the database that cannot, for now
/// (full, locked, away). SQLite: its result codes; PostgreSQL: classes 22, 23 and 54 of SQLSTATE, and
/// P0001, which a trigger raises.
[[nodiscard]] bool is_of_the_data(std::exception const& error);

/// Belongs to one thread at a time, except interrupt().
class SqlSession {
 public:
  enum class Use { write, read };

  /// Connects. SQLite: write-ahead log, every commit synced (ADR 3); the file is created for writers only.
  /// PostgreSQL: synchronous_commit on, short limits on connecting, waiting and statements.
  /// Errors: unavailable; not_found (read, and the file does not exist).
  [[nodiscard]] static base::Result<std::unique_ptr<SqlSession>> open(SqlTarget const& target, Use use);

  [[nodiscard]] soci::session& sql() { return *sql_; }
  [[nodiscard]] bool is_sqlite() const { return sqlite_; }

  /// Runs `work` in one transaction: committed when it returns, rolled back when it throws.
  /// Errors, with a safe message: invalid_value where the database will never take this data, else unavailable.
  template <std::invocable<soci::session&> Work>
  [[nodiscard]] base::Result<void> transaction(Work&& work) {
    try {
      // IMMEDIATE: a writer waits for its turn at the start, not half-way.
      *sql_ << (sqlite_ ? "BEGIN IMMEDIATE" : "BEGIN");
      work(*sql_);
      *sql_ << "COMMIT";
      return {};
    } catch (std::exception const& error) {
      std::string message = safe_message(error);
      base::Errc const code = is_of_the_data(error) ? base::Errc::invalid_value : base::Errc::unavailable;
      roll_back();
      return base::fail(code, "store", message);
    }
  }

  /// Runs `work` without a transaction of its own. Errors: unavailable.
  template <std::invocable<soci::session&> Work>
  [[nodiscard]] base::Result<void> run(Work&& work) {
    try {
      work(*sql_);
      return {};
    } catch (std::exception const& error) {
      return base::fail(base::Errc::unavailable, "store", safe_message(error));
    }
  }

  /// Ends a call that hangs in the network, from another thread: its connection is closed under it. SQLite: nothing.
  void interrupt() noexcept;

 private:
  SqlSession(std::unique_ptr<soci::session> sql, bool sqlite, int socket)
      : sql_(std::move(sql)), sqlite_(sqlite), socket_(socket) {}
  void roll_back() noexcept;

  std::unique_ptr<soci::session> sql_;
  bool sqlite_;
  int socket_;  ///< of PostgreSQL, else -1
};

}  // namespace ivig::store
