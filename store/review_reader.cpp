#include "store/review_reader.h"

#include "base/uuid.h"

namespace ivig::store {
namespace {

using soci::into;
using soci::use;

Time from_milliseconds(long long value) { return Time{std::chrono::milliseconds{value}}; }

std::vector<Determination> determinations(soci::session& sql, std::string const& decision) {
  std::vector<Determination> found;
  Determination row;
  row.decision = decision;
  long long at = 0;
  soci::statement statement =
      (sql.prepare << "SELECT verdict, note, subject, name, at_ms FROM determination WHERE decision = :id ORDER BY id",
       use(decision), into(row.verdict), into(row.note), into(row.by.subject), into(row.by.name), into(at));
  statement.execute(false);
  while (statement.fetch()) {
    row.time = from_milliseconds(at);
    found.push_back(row);
  }
  return found;
}

std::vector<GivenAnswer> answers(soci::session& sql, std::string const& decision) {
  std::vector<GivenAnswer> found;
  GivenAnswer row;
  row.decision = decision;
  long long at = 0;
  soci::statement statement =
      (sql.prepare << "SELECT fact, value, subject, name, at_ms FROM review_answer WHERE decision = :id ORDER BY id",
       use(decision), into(row.fact), into(row.value), into(row.by.subject), into(row.by.name), into(at));
  statement.execute(false);
  while (statement.fetch()) {
    row.time = from_milliseconds(at);
    found.push_back(row);
  }
  return found;
}

std::vector<ReviewView> views(soci::session& sql, std::string const& decision, unsigned limit) {
  std::vector<ReviewView> found;
  ReviewView row;
  long long at = 0;
  soci::statement statement(sql);
  for (auto* text : {&row.what, &row.decision, &row.by.subject, &row.by.name}) statement.exchange(into(*text));
  statement.exchange(into(at));
  if (!decision.empty()) statement.exchange(use(decision, "id"));
  statement.alloc();
  statement.prepare("SELECT what, decision, subject, name, at_ms FROM review_view" +
                    std::string(decision.empty() ? "" : " WHERE decision = :id") + " ORDER BY id DESC LIMIT " +
                    std::to_string(limit));
  statement.define_and_bind();
  statement.execute(false);
  while (statement.fetch()) {
    row.time = from_milliseconds(at);
    found.push_back(row);
  }
  return found;
}

}  // namespace

DecisionReview read_review(soci::session& sql, std::string const& decision) {
  return {determinations(sql, decision), answers(sql, decision), views(sql, decision, 50)};
}

std::vector<ReviewView> read_views(soci::session& sql, unsigned limit) { return views(sql, "", limit); }

std::optional<ReviewSession> read_session(soci::session& sql, std::string const& id) {
  ReviewSession row;
  row.id = id;
  long long expires = 0;
  soci::statement statement =
      (sql.prepare << "SELECT subject, name, role, expires_s FROM review_session WHERE id = :id", use(id),
       into(row.who.subject), into(row.who.name), into(row.role), into(expires));
  if (!statement.execute(true)) return std::nullopt;
  row.expires = std::chrono::sys_seconds{std::chrono::seconds{expires}};
  return row;
}

std::vector<StanceCount> count_stances(soci::session& sql, std::vector<Time> const& edges) {
  std::vector<StanceCount> found;
  std::string from, until;
  StanceCount row;
  long long decisions = 0;
  soci::statement statement =
      (sql.prepare << "SELECT stance, count(*) FROM decision WHERE id >= :from AND id < :until GROUP BY stance",
       use(from), use(until), into(row.stance), into(decisions));
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    from = base::uuid_lower_bound(edges[i]);
    until = base::uuid_lower_bound(edges[i + 1]);
    row.stretch = i;
    statement.execute(false);
    while (statement.fetch()) {
      row.decisions = decisions;
      found.push_back(row);
    }
  }
  return found;
}

}  // namespace ivig::store
