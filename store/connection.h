#pragma once
// A writing connection with what is prepared on it, and the folder of a database in memory. For sql_store.cpp only.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/sql_session.h"
#include "store/sql_writer.h"
#include "store/write.h"

namespace ivig::store {

[[nodiscard]] inline std::chrono::sys_seconds now_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// A connection with what is prepared on it.
struct Connection {
  std::unique_ptr<SqlSession> session;
  std::unique_ptr<SqlWriter> writer;

  /// Brings the tables up to date as well.
  [[nodiscard]] static base::Result<std::unique_ptr<Connection>> open(SqlTarget const& target);

  /// Whether the database takes writes. Errors: what it says.
  [[nodiscard]] base::Result<void> probe(std::string const& node);

  /// Everything in one transaction, and each write's result; or nothing. Errors: those of SqlSession::transaction.
  [[nodiscard]] base::Result<void> write(std::vector<WritePtr> const& writes);

  /// Lines of the spool in one transaction, or none of them. A record that is there already is left as it is.
  /// Errors: those of SqlSession::transaction; invalid_value for a line that cannot be read, too.
  [[nodiscard]] base::Result<void> replay(std::vector<std::string> const& lines);
};

/// The folder of sqlite::memory:, removed with the store. It lies in memory where that can be written, else among the
/// temporary files.
class MemoryFolder {
 public:
  /// /dev/shm, then the folder of temporary files ($TMPDIR or /tmp).
  [[nodiscard]] static std::vector<std::filesystem::path> default_parents();

  /// Makes it in the first of `parents` that takes it; path() is empty when none does.
  explicit MemoryFolder(std::vector<std::filesystem::path> const& parents = default_parents());
  MemoryFolder(MemoryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  MemoryFolder& operator=(MemoryFolder&&) = delete;
  ~MemoryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace ivig::store
