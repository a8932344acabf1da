#pragma once
// A writing connection with what is prepared on it, and the folder of a database in memory. For sql_store.cpp only.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <unistd.h>

#include "store/migrations.h"
#include "store/sql_session.h"
#include "store/sql_writer.h"

namespace ivig::store {

[[nodiscard]] inline std::chrono::sys_seconds now_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// A connection with what is prepared on it.
struct Connection {
  std::unique_ptr<SqlSession> session;
  std::unique_ptr<SqlWriter> writer;

  [[nodiscard]] static base::Result<std::unique_ptr<Connection>> open(SqlTarget const& target) {
    auto session = SqlSession::open(target, SqlSession::Use::write);
    if (!session) return tl::unexpected(session.error());
    if (auto migrated = migrate(**session); !migrated) return tl::unexpected(migrated.error());
    auto connection = std::make_unique<Connection>();
    connection->session = std::move(*session);
    auto prepared = connection->session->run(
        [&](soci::session&) { connection->writer = std::make_unique<SqlWriter>(*connection->session); });
    if (!prepared) return tl::unexpected(prepared.error());
    return connection;
  }

  [[nodiscard]] base::Result<void> probe(std::string const& node) {
    return session->transaction([&](soci::session&) { writer->probe(node, now_seconds().time_since_epoch().count()); });
  }
};

/// A folder in memory for sqlite::memory:, removed with the store.
class MemoryFolder {
 public:
  MemoryFolder() {
    std::error_code error;
    auto const shm = std::filesystem::path("/dev/shm");
    auto const parent = std::filesystem::is_directory(shm, error) ? shm : std::filesystem::temp_directory_path(error);
    std::string name = (parent / "ivig-cds-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
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
