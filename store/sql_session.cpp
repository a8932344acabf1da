#include "store/sql_session.h"

#include <filesystem>

#include <sys/socket.h>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace ivig::store {
namespace {

using base::Errc;
using base::fail;

std::unique_ptr<soci::session> open_sqlite(std::string const& file, SqlSession::Use use) {
  auto sql = std::make_unique<soci::session>(*soci::factory_sqlite3(), file);
  *sql << "PRAGMA busy_timeout = 5000";
  *sql << "PRAGMA foreign_keys = ON";
  // FULL: in WAL mode NORMAL may lose the last commits at a power cut (never at a crash of the process). ADR 3
  *sql << "PRAGMA synchronous = FULL";
  if (use == SqlSession::Use::read) {
    *sql << "PRAGMA query_only = ON";
    return sql;
  }
  std::string mode;
  *sql << "PRAGMA journal_mode = WAL", soci::into(mode);
  // Pages that every commit writes are copied into the file once for 16 MB of log rather than for 4.
  *sql << "PRAGMA wal_autocheckpoint = 4000";
  return sql;
}

/// The URL with the limits that keep a sick server from holding up a card. What the URL itself sets stays.
std::string with_limits(std::string url) {
  auto add = [&](std::string_view name, std::string_view value) {
    if (url.find(std::string(name) + "=") != std::string::npos) return;
    url += url.find('?') == std::string::npos ? '?' : '&';
    url.append(name).append("=").append(value);
  };
  add("connect_timeout", "2");
  add("tcp_user_timeout", "3000");
  add("keepalives_idle", "5");
  add("keepalives_interval", "2");
  add("keepalives_count", "2");
  add("application_name", "ivig-cds");
  return url;
}

PGconn* connection_of(soci::session& sql) {
  return static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_;
}

std::unique_ptr<soci::session> open_postgresql(std::string const& url, SqlSession::Use use) {
  auto sql = std::make_unique<soci::session>(*soci::factory_postgresql(), with_limits(url));
  // Notices would go to standard error, between the lines of the log.
  PQsetNoticeProcessor(
      connection_of(*sql), [](void*, char const*) {}, nullptr);
  *sql << "SET synchronous_commit = on";
  *sql << "SET client_min_messages = warning";
  *sql << "SET timezone = 'UTC'";
  // A plan that is kept from when the tables were empty would look through all of them until they are analysed: a new
  // database got slower with every record.
  *sql << "SET plan_cache_mode = force_custom_plan";
  *sql << (use == SqlSession::Use::write ? "SET statement_timeout = '10s'" : "SET statement_timeout = '60s'");
  if (use == SqlSession::Use::read) *sql << "SET default_transaction_read_only = on";
  return sql;
}

}  // namespace

std::string safe_message(std::exception const& error) {
  auto const* known = dynamic_cast<soci::soci_error const*>(&error);
  std::string message = known != nullptr ? known->get_error_message() : std::string(error.what());
  message = message.substr(0, message.find('\n'));
  // Values stand in quotes after these words, if at all.
  for (std::string_view tail : {" DETAIL", " while executing", "invalid byte sequence", "invalid input syntax"}) {
    if (auto at = message.find(tail); at != std::string::npos) message.resize(at + (tail[0] == ' ' ? 0 : tail.size()));
  }
  if (message.size() > 160) message.resize(160);
  return message;
}

bool is_of_the_data(std::exception const& error) {
  if (auto const* sqlite = dynamic_cast<soci::sqlite3_soci_error const*>(&error)) {
    switch (sqlite->result() & 0xff) {  // above that: the extended part
      case SQLITE_CONSTRAINT:
      case SQLITE_MISMATCH:
      case SQLITE_RANGE:
      case SQLITE_TOOBIG: return true;
      default: return false;
    }
  }
  if (auto const* postgresql = dynamic_cast<soci::postgresql_soci_error const*>(&error)) {
    std::string const state = postgresql->sqlstate();
    return state.starts_with("22") || state.starts_with("23") || state.starts_with("54") || state == "P0001";
  }
  return false;
}

base::Result<std::unique_ptr<SqlSession>> SqlSession::open(SqlTarget const& target, Use use) {
  bool const sqlite = target.kind == SqlTarget::Kind::sqlite;
  std::error_code ignored;
  if (sqlite && use == Use::read && !std::filesystem::exists(target.where, ignored)) {
    return fail(Errc::not_found, target.where, "no such database; the server makes it at its first start");
  }
  try {
    auto sql = sqlite ? open_sqlite(target.where, use) : open_postgresql(target.where, use);
    int socket = -1;
    if (!sqlite) {
      socket = PQsocket(connection_of(*sql));
    }
    return std::unique_ptr<SqlSession>(new SqlSession(std::move(sql), sqlite, socket));
  } catch (std::exception const& error) {
    return fail(Errc::unavailable, "store", safe_message(error));
  }
}

void SqlSession::interrupt() noexcept {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void SqlSession::roll_back() noexcept {
  try {
    *sql_ << "ROLLBACK";
  } catch (std::exception const&) {
    // The connection has gone, or SQLite has rolled back by itself: nothing is left to undo.
  }
}

}  // namespace ivig::store
