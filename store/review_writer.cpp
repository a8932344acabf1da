#include "store/review_writer.h"

#include <algorithm>
#include <type_traits>

namespace ivig::store {
namespace {

using soci::use;

/// PostgreSQL keeps no NUL in a text.
std::string text(std::string value) {
  std::erase(value, '\0');
  return value;
}

long long milliseconds(Time time) { return time.time_since_epoch().count(); }

void write(soci::session& sql, Determination const& made, std::string const& id) {
  std::string const note = text(made.note);
  std::string const subject = text(made.by.subject), name = text(made.by.name);
  long long const at = milliseconds(made.time);
  sql << "INSERT INTO determination (id, decision, verdict, note, subject, name, at_ms) VALUES (:id, :decision, "
         ":verdict, :note, :subject, :name, :at)",
      use(id), use(made.decision), use(made.verdict), use(note), use(subject), use(name), use(at);
  sql << "UPDATE decision SET determination = :verdict WHERE id = :id", use(made.verdict), use(made.decision);
}

void write(soci::session& sql, GivenAnswer const& given, std::string const& id) {
  std::string const subject = text(given.by.subject), name = text(given.by.name);
  long long const at = milliseconds(given.time);
  sql << "INSERT INTO review_answer (id, decision, fact, value, subject, name, at_ms) VALUES (:id, :decision, :fact, "
         ":value, :subject, :name, :at)",
      use(id), use(given.decision), use(given.fact), use(given.value), use(subject), use(name), use(at);
}

void write(soci::session& sql, ReviewView const& view, std::string const& id) {
  std::string const subject = text(view.by.subject), name = text(view.by.name);
  long long const at = milliseconds(view.time);
  sql << "INSERT INTO review_view (id, what, decision, subject, name, at_ms) VALUES (:id, :what, :decision, :subject, "
         ":name, :at)",
      use(id), use(view.what), use(view.decision), use(subject), use(name), use(at);
}

void write(soci::session& sql, ReviewSession const& session, std::string const& /*id*/) {
  std::string const subject = text(session.who.subject), name = text(session.who.name);
  long long const expires = session.expires.time_since_epoch().count();
  sql << "INSERT INTO review_session (id, subject, name, role, expires_s) VALUES (:id, :subject, :name, :role, "
         ":expires) ON CONFLICT DO NOTHING",
      use(session.id), use(subject), use(name), use(session.role), use(expires);
}

void write(soci::session& sql, SessionEnd const& end, std::string const& /*id*/) {
  sql << "DELETE FROM review_session WHERE id = :id", use(end.id);
}

}  // namespace

void write_review(soci::session& sql, ReviewRecord const& record, std::string const& id) {
  std::visit([&](auto const& one) { write(sql, one, id); }, record);
}

void expire_sessions(soci::session& sql, std::chrono::sys_seconds now) {
  long long const seconds = now.time_since_epoch().count();
  sql << "DELETE FROM review_session WHERE expires_s < :now", use(seconds);
}

}  // namespace ivig::store
