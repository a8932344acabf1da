#include "store/sql_writer.h"

#include <algorithm>
#include <vector>

#include "base/json_write.h"
#include "base/uuid.h"
#include "store/review_writer.h"

namespace ivig::store {
namespace {

using soci::use;

/// PostgreSQL keeps no NUL in a text.
void drop_nul(std::string& value) {
  if (value.find('\0') != std::string::npos) std::erase(value, '\0');
}
std::string text(std::string value) {
  drop_nul(value);
  return value;
}

std::string json_array(std::vector<std::string> const& items) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();
  for (auto const& item : items) json.string(item);
  json.end_array();
  return out;
}

long long milliseconds(Time time) { return time.time_since_epoch().count(); }

constexpr char const* kInsertDecision =
    "INSERT INTO decision (id, hook_instance, client, tenant, service, order_ref, patient_ref, rules_version, "
    "rules_sha256, lead_row, stance, indicator, lead_condition, latency_us, cards, outcome) VALUES (:id, "
    ":hook_instance, :client, :tenant, :service, :order_ref, :patient_ref, :rules_version, :rules_sha256, :lead_row, "
    ":stance, :indicator, :lead_condition, :latency_us, :cards, 'none') ON CONFLICT DO NOTHING";
constexpr char const* kInsertDocument =
    "INSERT INTO decision_document (decision, findings, facts, cards) VALUES (:id, :findings, :facts, :cards) "
    "ON CONFLICT DO NOTHING";
constexpr char const* kInsertCard =
    "INSERT INTO card (decision, uuid, indicator) VALUES (:decision, :uuid, :indicator) ON CONFLICT DO NOTHING";
constexpr char const* kInsertFeedback =
    "INSERT INTO feedback (client, card, outcome, outcome_ms, reason_code, reason_system, reason_display, "
    "user_comment, suggestions, received_ms) VALUES (:client, :card, :outcome, :outcome_ms, :code, :system, :display, "
    ":comment, :suggestions, :received) ON CONFLICT DO NOTHING";
constexpr char const* kInsertToken =
    "INSERT INTO token_use (issuer, jti, expires_s) VALUES (:issuer, :jti, :expires) ON CONFLICT DO NOTHING";
// The word that came last counts: a time that a client says may be wrong, and must not fix the outcome. A client speaks
// of its own cards only. A call made more often than a thousand times is a test of load: it must not hold up others.
constexpr char const* kUpdateOutcome =
    "UPDATE decision SET outcome = coalesce((SELECT f.outcome FROM feedback f WHERE f.card = :card1 "
    "AND f.client = :client1 ORDER BY f.received_ms DESC, f.outcome_ms DESC LIMIT 1), 'none') "
    "WHERE id IN (SELECT c.decision FROM card c WHERE c.uuid = :card2 ORDER BY c.decision DESC LIMIT 1000) AND client "
    "= :client2";
// Of this decision alone: the same call made often has the same card, and each replay would rewrite all of them.
constexpr char const* kAdoptFeedback =
    "UPDATE decision SET outcome = (SELECT f.outcome FROM card c JOIN feedback f ON f.card = c.uuid "
    "WHERE c.decision = :id1 AND f.client = :client1 ORDER BY f.received_ms DESC, f.outcome_ms DESC LIMIT 1) "
    "WHERE id = :id2 AND EXISTS (SELECT 1 FROM card c JOIN feedback f ON f.card = c.uuid WHERE c.decision = :id3 "
    "AND f.client = :client2)";

}  // namespace

SqlWriter::SqlWriter(SqlSession& session)
    : sql_(session.sql()),
      sqlite_(session.is_sqlite()),
      insert_decision_((sql_.prepare << kInsertDecision, use(decision_.id), use(decision_.hook_instance),
                        use(decision_.client), use(decision_.tenant), use(decision_.service), use(decision_.order),
                        use(decision_.patient), use(decision_.rules_version), use(decision_.rules_sha256),
                        use(decision_.row), use(decision_.stance), use(decision_.indicator), use(decision_.condition),
                        use(latency_), use(cards_))),
      insert_document_((sql_.prepare << kInsertDocument, use(decision_.id), use(decision_.decision_json),
                        use(decision_.facts_json), use(decision_.cards_json))),
      insert_card_((sql_.prepare << kInsertCard, use(decision_.id), use(card_.uuid), use(card_.indicator))),
      insert_feedback_((sql_.prepare << kInsertFeedback, use(feedback_.client), use(feedback_.card),
                        use(feedback_.outcome), use(outcome_ms_), use(feedback_.reason_code),
                        use(feedback_.reason_system), use(feedback_.reason_display), use(feedback_.user_comment),
                        use(suggestions_), use(received_ms_))),
      insert_token_((sql_.prepare << kInsertToken, use(issuer_), use(jti_), use(expires_))),
      update_outcome_((sql_.prepare << kUpdateOutcome, use(feedback_.card), use(feedback_.client), use(feedback_.card),
                       use(feedback_.client))),
      adopt_feedback_((sql_.prepare << kAdoptFeedback, use(decision_.id), use(decision_.client), use(decision_.id),
                       use(decision_.id), use(decision_.client))) {}

void SqlWriter::insert(DecisionRecord const& decision) {
  decision_ = decision;
  for (auto* value : {&decision_.hook_instance, &decision_.client, &decision_.tenant, &decision_.order,
                      &decision_.patient, &decision_.decision_json, &decision_.facts_json, &decision_.cards_json}) {
    drop_nul(*value);
  }
  latency_ = decision.latency_us;
  cards_ = static_cast<long long>(decision.cards.size());
  insert_decision_.execute(true);
  insert_document_.execute(true);
  for (auto const& card : decision.cards) {
    card_ = card;
    insert_card_.execute(true);
  }
}

bool SqlWriter::insert(FeedbackRecord const& entry) {
  feedback_ = entry;
  for (auto* value : {&feedback_.client, &feedback_.card, &feedback_.reason_code, &feedback_.reason_system,
                      &feedback_.reason_display, &feedback_.user_comment}) {
    drop_nul(*value);
  }
  outcome_ms_ = milliseconds(entry.outcome_time);
  received_ms_ = milliseconds(entry.received);
  suggestions_ = json_array(entry.accepted_suggestions);
  insert_feedback_.execute(true);
  return insert_feedback_.get_affected_rows() > 0;
}

void SqlWriter::update_outcome(std::string const& client, std::string const& card) {
  feedback_.client = text(client);
  feedback_.card = text(card);
  update_outcome_.execute(true);
}

bool SqlWriter::insert(TokenUse const& token) {
  issuer_ = text(token.issuer);
  jti_ = text(token.jti);
  expires_ = token.expires.time_since_epoch().count();
  insert_token_.execute(true);
  return insert_token_.get_affected_rows() > 0;
}

void SqlWriter::adopt_feedback(DecisionRecord const& decision) {
  if (decision.cards.empty()) return;
  decision_.id = decision.id;
  decision_.client = text(decision.client);
  adopt_feedback_.execute(true);
}

void SqlWriter::serialise() {
  if (!sqlite_) sql_ << "SELECT pg_advisory_xact_lock(738454252)";
}

void SqlWriter::probe(std::string const& node, std::int64_t beat) {
  long long const value = beat;
  sql_ << "INSERT INTO probe (node, beat) VALUES (:node, :beat) ON CONFLICT (node) DO UPDATE SET beat = excluded.beat",
      use(node), use(value);
}

std::size_t SqlWriter::expire_decisions(Time before, unsigned most) {
  std::string const bound = base::uuid_lower_bound(before);
  std::vector<std::string> ids(most);
  sql_ << "SELECT id FROM decision WHERE id < :bound ORDER BY id LIMIT " + std::to_string(most), use(bound),
      soci::into(ids);
  std::string id;
  soci::statement feedback =
      (sql_.prepare << "DELETE FROM feedback WHERE card IN (SELECT uuid FROM card WHERE decision = :id)", use(id));
  soci::statement decision = (sql_.prepare << "DELETE FROM decision WHERE id = :id", use(id));
  for (auto const& one : ids) {
    id = one;
    feedback.execute(true);
    decision.execute(true);
  }
  long long const received = milliseconds(before);
  sql_ << "DELETE FROM feedback WHERE received_ms < :received", use(received);
  return ids.size();
}

void SqlWriter::expire_tokens(std::chrono::sys_seconds now) {
  long long const seconds = now.time_since_epoch().count();
  sql_ << "DELETE FROM token_use WHERE expires_s < :now", use(seconds);
  expire_sessions(sql_, now);
}

}  // namespace ivig::store
