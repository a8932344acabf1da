#include "store/migrations.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ivig::store {
namespace {

using base::Errc;
using base::fail;

struct Migration {
  int number;
  std::string_view name;
  std::vector<std::string_view> statements;
};

/// Both databases read the same statements; `key` stands for text that is compared byte by byte. A step that has been
/// released is never edited: a change is a new step.
std::vector<Migration> const& migrations() {
  static std::vector<Migration> const steps{
      {1,
       "decisions, feedback, tokens",
       {
           // Narrow, so that a table of a million is looked through quickly; the long texts stand beside it.
           ("CREATE TABLE decision (id key PRIMARY KEY, hook_instance key NOT NULL, client key NOT NULL, "
            "tenant key NOT NULL, service key NOT NULL, order_ref key NOT NULL, patient_ref key NOT NULL, "
            "rules_version key NOT NULL, rules_sha256 key NOT NULL, lead_row key NOT NULL, stance key NOT NULL, "
            "indicator key NOT NULL, latency_us bigint NOT NULL, cards bigint NOT NULL, outcome key NOT NULL)"),
           ("CREATE TABLE decision_document (decision key PRIMARY KEY REFERENCES decision (id) ON DELETE CASCADE, "
            "findings text NOT NULL, facts text NOT NULL, cards text NOT NULL)"),
           ("CREATE TABLE card (decision key NOT NULL REFERENCES decision (id) ON DELETE CASCADE, uuid key NOT NULL, "
            "indicator key NOT NULL, PRIMARY KEY (decision, uuid))"),
           "CREATE INDEX card_uuid ON card (uuid)",
           ("CREATE TABLE feedback (client key NOT NULL, card key NOT NULL, outcome key NOT NULL, "
            "outcome_ms bigint NOT NULL, reason_code text NOT NULL, reason_system text NOT NULL, "
            "reason_display text NOT NULL, user_comment text NOT NULL, suggestions text NOT NULL, "
            "received_ms bigint NOT NULL, PRIMARY KEY (card, outcome, outcome_ms, client))"),
           "CREATE INDEX feedback_received ON feedback (received_ms)",
           ("CREATE TABLE token_use (issuer key NOT NULL, jti key NOT NULL, expires_s bigint NOT NULL, "
            "PRIMARY KEY (issuer, jti))"),
           "CREATE INDEX token_use_expires ON token_use (expires_s)",
           "CREATE INDEX decision_row ON decision (lead_row, id)",
           "CREATE INDEX decision_stance ON decision (stance, id)",
           "CREATE INDEX decision_indicator ON decision (indicator, id)",
           "CREATE INDEX decision_outcome ON decision (outcome, id)",
           "CREATE INDEX decision_hook_instance ON decision (hook_instance)",
           "CREATE INDEX decision_patient ON decision (patient_ref, id)",
           "CREATE INDEX decision_order ON decision (order_ref, id)",
           // What the probe of a recovering store writes to.
           "CREATE TABLE probe (node key PRIMARY KEY, beat bigint NOT NULL)",
       }},
      // Of a million records: 0.3 s instead of 5 s.
      {2,
       "override rates are counted from an index alone",
       {"CREATE INDEX decision_rates ON decision (lead_row, outcome, cards, id)"}},
      {3,
       "reviewers",
       {
           "ALTER TABLE decision ADD COLUMN lead_condition key NOT NULL DEFAULT ''",
           "ALTER TABLE decision ADD COLUMN determination key NOT NULL DEFAULT 'none'",
           "CREATE INDEX decision_condition ON decision (lead_condition, id)",
           "CREATE INDEX decision_determination ON decision (determination, id)",
           ("CREATE TABLE determination (id key PRIMARY KEY, decision key NOT NULL REFERENCES decision (id) ON DELETE "
            "CASCADE, verdict key NOT NULL, note text NOT NULL, subject text NOT NULL, name text NOT NULL, "
            "at_ms bigint NOT NULL)"),
           "CREATE INDEX determination_of ON determination (decision, at_ms)",
           ("CREATE TABLE review_answer (id key PRIMARY KEY, decision key NOT NULL REFERENCES decision (id) ON DELETE "
            "CASCADE, fact key NOT NULL, value key NOT NULL, subject text NOT NULL, name text NOT NULL, "
            "at_ms bigint NOT NULL)"),
           "CREATE INDEX review_answer_of ON review_answer (decision, at_ms)",
           // Who saw what outlives what was seen.
           ("CREATE TABLE review_view (id key PRIMARY KEY, what key NOT NULL, decision key NOT NULL, "
            "subject text NOT NULL, name text NOT NULL, at_ms bigint NOT NULL)"),
           "CREATE INDEX review_view_of ON review_view (decision, id)",
           ("CREATE TABLE review_session (id key PRIMARY KEY, subject text NOT NULL, name text NOT NULL, "
            "role key NOT NULL, expires_s bigint NOT NULL)"),
           "CREATE INDEX review_session_expires ON review_session (expires_s)",
       }},
      // A record is written to every index: one serves rows and rates, and two hold only what someone has answered.
      {4,
       "fewer indexes a record",
       {
           "DROP INDEX decision_row",
           "DROP INDEX decision_rates",
           "CREATE INDEX decision_row_rates ON decision (lead_row, id, outcome, cards)",
           "DROP INDEX decision_outcome",
           "CREATE INDEX decision_answered ON decision (outcome, id) WHERE outcome <> 'none'",
           "DROP INDEX decision_determination",
           "CREATE INDEX decision_determined ON decision (determination, id) WHERE determination <> 'none'",
       }},
      // A card that was answered thousands of times costs no more than another.
      {5,
       "the newest feedback on a card is found from an index",
       {"CREATE INDEX feedback_newest ON feedback (card, client, outcome_ms, received_ms)"}},
      // The order in which answers came in is ours; the times in them are the clients'.
      {6,
       "the newest feedback is what came last",
       {"DROP INDEX feedback_newest",
        "CREATE INDEX feedback_newest ON feedback (card, client, received_ms, outcome_ms)"}},
  };
  return steps;
}

/// `key` as the type of the database: PostgreSQL compares by locale unless told otherwise.
std::string spelled(std::string_view statement, bool sqlite) {
  std::string out;
  for (std::size_t at = 0; at < statement.size();) {
    constexpr std::string_view kKey = " key";
    bool const is_type = statement.substr(at, kKey.size()) == kKey && at + kKey.size() < statement.size() &&
                         (statement[at + kKey.size()] == ' ' || statement[at + kKey.size()] == ',');
    if (is_type) {
      out += sqlite ? " text" : " text COLLATE \"C\"";
      at += kKey.size();
    } else {
      out += statement[at++];
    }
  }
  // Rows stand in the order of their key: no second look-up, and half the file.
  if (sqlite && statement.starts_with("CREATE TABLE")) out += " WITHOUT ROWID";
  return out;
}

int applied_number(soci::session& sql) {
  int number = 0;
  sql << "SELECT coalesce(max(number), 0) FROM schema_migration", soci::into(number);
  return number;
}

base::Result<void> refuse_newer(int found) {
  if (found <= newest_migration()) return {};
  return fail(Errc::invalid_config, "store",
              "was made by a newer ivig-cds (step " + std::to_string(found) + ", this program knows " +
                  std::to_string(newest_migration()) + "); use that version");
}

/// Any number that other programs on the same database are unlikely to lock.
constexpr char const* kLock = "SELECT pg_advisory_xact_lock(738454251)";

}  // namespace

int newest_migration() { return migrations().back().number; }

base::Result<void> migrate(SqlSession& session) {
  int found = 0;
  bool const sqlite = session.is_sqlite();
  auto prepared = session.transaction([&](soci::session& sql) {
    if (!sqlite) sql << kLock;
    sql << "CREATE TABLE IF NOT EXISTS schema_migration (number bigint PRIMARY KEY, name text NOT NULL)";
    found = applied_number(sql);
  });
  if (!prepared) return prepared;
  if (auto known = refuse_newer(found); !known) return known;
  for (auto const& step : migrations()) {
    auto applied = session.transaction([&](soci::session& sql) {
      if (!sqlite) sql << kLock;
      if (applied_number(sql) >= step.number) return;  // another node was quicker
      for (auto statement : step.statements) sql << spelled(statement, sqlite);
      std::string const name(step.name);
      sql << "INSERT INTO schema_migration (number, name) VALUES (:number, :name)", soci::use(step.number),
          soci::use(name);
    });
    if (!applied) return applied;
  }
  return {};
}

base::Result<void> check_migrated(SqlSession& session) {
  int found = 0;
  auto read = session.run([&](soci::session& sql) { found = applied_number(sql); });
  if (!read) return read;
  if (found < newest_migration()) {
    return fail(Errc::invalid_config, "store",
                "has the tables of an older ivig-cds; start the server once to bring them up to date");
  }
  return refuse_newer(found);
}

}  // namespace ivig::store
