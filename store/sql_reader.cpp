// Questions to the tables, newest first by the time-ordered id; a page goes on from the last id, so that its cost does
// not grow with its number.

#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/json_body.h"
#include "base/json_read.h"
#include "base/uuid.h"
#include "store/migrations.h"
#include "store/reader.h"
#include "store/review_reader.h"
#include "store/sql_session.h"

namespace ivig::store {
namespace {

using base::Errc;
using base::fail;
using base::Result;
using soci::into;
using soci::use;

constexpr unsigned kMostPerPage = 1000;

Time from_milliseconds(long long value) { return Time{std::chrono::milliseconds{value}}; }

/// The time that a version 7 id begins with.
Time time_of(std::string const& id) {
  std::string const hex = id.substr(0, 8) + id.substr(9, 4);
  return from_milliseconds(static_cast<long long>(std::stoull(hex, nullptr, 16)));
}

/// Conditions with their values, which must stay where they are while the statement lives.
class Where {
 public:
  void add(std::string const& condition, std::string value) {
    std::string const name = "v" + std::to_string(values_.size());
    values_.push_back(std::move(value));
    text_ += (text_.empty() ? " WHERE " : " AND ") + condition + " :" + name;
    if (condition.find("(SELECT") != std::string::npos) text_ += ")";
    names_.push_back(name);
  }
  /// A condition without a value: an index that leaves rows out is used only where the question says so too.
  void add_plain(std::string const& condition) { text_ += (text_.empty() ? " WHERE " : " AND ") + condition; }
  void add_unless_empty(std::string const& condition, std::string const& value) {
    if (!value.empty()) add(condition, value);
  }
  void bind(soci::statement& statement) {
    auto name = names_.begin();
    for (auto& value : values_) statement.exchange(use(value, *name++));
  }
  [[nodiscard]] std::string const& text() const { return text_; }

 private:
  std::string text_;
  std::list<std::string> values_;
  std::vector<std::string> names_;
};

Where where(DecisionQuery const& query) {
  Where where;
  if (query.from) where.add("d.id >=", base::uuid_lower_bound(*query.from));
  if (query.until) where.add("d.id <", base::uuid_lower_bound(*query.until));
  where.add_unless_empty("d.id <", query.after);
  where.add_unless_empty("d.lead_row =", query.row);
  if (!query.stance.empty()) where.add("d.stance =", query.stance == "none" ? "" : query.stance);
  where.add_unless_empty("d.indicator =", query.indicator);
  where.add_unless_empty("d.outcome =", query.outcome);
  if (!query.outcome.empty() && query.outcome != "none") where.add_plain("d.outcome <> 'none'");
  where.add_unless_empty("d.client =", query.client);
  where.add_unless_empty("d.service =", query.service);
  where.add_unless_empty("d.hook_instance =", query.hook_instance);
  where.add_unless_empty("d.patient_ref =", query.patient);
  where.add_unless_empty("d.order_ref =", query.order);
  if (!query.condition.empty()) where.add("d.lead_condition =", query.condition == "none" ? "" : query.condition);
  where.add_unless_empty("d.determination =", query.determination);
  if (!query.determination.empty() && query.determination != "none") where.add_plain("d.determination <> 'none'");
  if (query.asked) where.add("d.indicator <>", "none");
  if (!query.card.empty()) where.add("d.id IN (SELECT k.decision FROM card k WHERE k.uuid =", query.card);
  return where;
}

std::vector<std::string> strings_of(std::string json) {
  std::vector<std::string> items;
  auto body = base::JsonBody::parse(std::move(json), {});
  if (!body || !(*body)->root().IsArray()) return items;
  for (auto const& item : (*body)->root().GetArray()) items.emplace_back(base::as_string(item));
  return items;
}

class SqlReader final : public Reader {
 public:
  explicit SqlReader(std::unique_ptr<SqlSession> session) : session_(std::move(session)) {}

  Result<DecisionPage> list(DecisionQuery const& query) override {
    DecisionPage page;
    unsigned const limit = std::clamp(query.limit, 1U, kMostPerPage);
    auto read = session_->run([&](soci::session& sql) {
      read_decisions(sql, where(query), limit + 1, query.documents, page.decisions);
      if (page.decisions.size() > limit) {
        page.decisions.resize(limit);
        page.next = page.decisions.back().record.id;
      }
      for (auto& decision : page.decisions) read_details(sql, decision);
    });
    if (!read) return tl::unexpected(read.error());
    return page;
  }

  using Reader::show;
  Result<StoredDecision> show(std::string_view id, unsigned feedback_page) override {
    std::vector<StoredDecision> found;
    auto read = session_->run([&](soci::session& sql) {
      Where by_id;
      by_id.add("d.id =", std::string(id));
      read_decisions(sql, std::move(by_id), 1, true, found);
      for (auto& decision : found) {
        decision.feedback_page = std::clamp(feedback_page, 1U, kMostFeedbackPages);
        read_details(sql, decision);
      }
    });
    if (!read) return tl::unexpected(read.error());
    if (found.empty()) return fail(Errc::not_found, "id", "no such decision");
    return std::move(found.front());
  }

  Result<std::vector<OverrideRate>> override_rates(std::optional<Time> from, std::optional<Time> until) override {
    std::vector<OverrideRate> rates;
    auto read = session_->run([&](soci::session& sql) {
      DecisionQuery query;
      query.from = from;
      query.until = until;
      Where range = where(query);
      OverrideRate rate;
      long long decisions = 0, cards = 0, accepted = 0, overridden = 0;
      soci::statement statement(sql);
      statement.exchange(into(rate.row));
      for (auto* number : {&decisions, &cards, &accepted, &overridden}) statement.exchange(into(*number));
      range.bind(statement);
      statement.alloc();
      // Cast: PostgreSQL sums bigint to numeric.
      statement.prepare(
          "SELECT d.lead_row, count(*), CAST(sum(d.cards) AS bigint), "
          "CAST(sum(CASE WHEN d.outcome = 'accepted' THEN 1 ELSE 0 END) AS bigint), "
          "CAST(sum(CASE WHEN d.outcome = 'overridden' THEN 1 ELSE 0 END) AS bigint) FROM decision d" +
          range.text() + " GROUP BY d.lead_row ORDER BY 5 DESC, 1");
      statement.define_and_bind();
      statement.execute(false);
      while (statement.fetch()) {
        rate.decisions = decisions, rate.cards = cards, rate.accepted = accepted, rate.overridden = overridden;
        rates.push_back(rate);
      }
    });
    if (!read) return tl::unexpected(read.error());
    return rates;
  }

  Result<DecisionReview> review_of(std::string_view decision) override {
    DecisionReview review;
    auto read = session_->run([&](soci::session& sql) { review = read_review(sql, std::string(decision)); });
    if (!read) return tl::unexpected(read.error());
    return review;
  }

  Result<std::vector<ReviewView>> views(unsigned limit) override {
    std::vector<ReviewView> found;
    auto read = session_->run([&](soci::session& sql) { found = read_views(sql, limit); });
    if (!read) return tl::unexpected(read.error());
    return found;
  }

  Result<ReviewSession> session(std::string_view id) override {
    std::optional<ReviewSession> found;
    auto read = session_->run([&](soci::session& sql) { found = read_session(sql, std::string(id)); });
    if (!read) return tl::unexpected(read.error());
    if (!found) return fail(Errc::not_found, "session", "no such session");
    return *std::move(found);
  }

  Result<std::vector<StanceCount>> stances(std::vector<Time> const& edges) override {
    std::vector<StanceCount> found;
    auto read = session_->run([&](soci::session& sql) { found = count_stances(sql, edges); });
    if (!read) return tl::unexpected(read.error());
    return found;
  }

 private:
  static void read_decisions(soci::session& sql, Where where, unsigned limit, bool documents,
                             std::vector<StoredDecision>& out) {
    StoredDecision row;
    DecisionRecord& record = row.record;
    long long latency = 0;
    soci::statement statement(sql);
    for (auto* text : {&record.id, &record.hook_instance, &record.client, &record.tenant, &record.service,
                       &record.order, &record.patient, &record.rules_version, &record.rules_sha256, &record.row,
                       &record.stance, &record.indicator, &record.condition}) {
      statement.exchange(into(*text));
    }
    statement.exchange(into(latency));
    statement.exchange(into(row.outcome));
    statement.exchange(into(row.determination));
    if (documents) {
      for (auto* text : {&record.decision_json, &record.facts_json, &record.cards_json})
        statement.exchange(into(*text));
    }
    where.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT d.id, d.hook_instance, d.client, d.tenant, d.service, d.order_ref, d.patient_ref, d.rules_version, "
        "d.rules_sha256, d.lead_row, d.stance, d.indicator, d.lead_condition, d.latency_us, d.outcome, "
        "d.determination" +
        std::string(documents ? ", t.findings, t.facts, t.cards FROM decision d JOIN decision_document t ON "
                                "t.decision = d.id"
                              : " FROM decision d") +
        where.text() + " ORDER BY d.id DESC LIMIT " + std::to_string(limit));
    statement.define_and_bind();
    statement.execute(false);
    while (statement.fetch()) {
      record.latency_us = latency;
      record.time = time_of(record.id);
      out.push_back(row);
    }
  }

  /// Cards, and a page of the feedback on them that came from the decision's own client. Each card's entries are read
  /// from an index, newest first, and no more of them than the page can hold.
  static void read_details(soci::session& sql, StoredDecision& decision) {
    CardRecord card;
    soci::statement cards = (sql.prepare << "SELECT uuid, indicator FROM card WHERE decision = :id ORDER BY uuid",
                             use(decision.record.id), into(card.uuid), into(card.indicator));
    cards.execute(false);
    while (cards.fetch()) decision.record.cards.push_back(card);
    std::size_t const until = std::size_t{kFeedbackPerPage} * decision.feedback_page;
    for (auto const& one : decision.record.cards) read_feedback(sql, one.uuid, until, decision);
    auto& feedback = decision.feedback;
    std::stable_sort(feedback.begin(), feedback.end(), [](auto const& a, auto const& b) {
      return std::tie(a.received, a.outcome_time) > std::tie(b.received, b.outcome_time);
    });
    feedback.resize(std::min(feedback.size(), until));
    feedback.erase(feedback.begin(),
                   feedback.begin() + static_cast<std::ptrdiff_t>(std::min(feedback.size(), until - kFeedbackPerPage)));
    std::reverse(feedback.begin(), feedback.end());
    decision.feedback_count = std::min(decision.feedback_count, kMostFeedbackCounted);
  }

  /// Adds the newest `most` entries on a card, and how many there are.
  static void read_feedback(soci::session& sql, std::string const& uuid, std::size_t most, StoredDecision& decision) {
    FeedbackRecord entry;
    std::string suggestions;
    long long outcome_ms = 0, received_ms = 0, count = 0;
    std::size_t const before = decision.feedback.size();
    soci::statement feedback =
        (sql.prepare << "SELECT client, card, outcome, outcome_ms, reason_code, reason_system, reason_display, "
                        "user_comment, suggestions, received_ms FROM feedback WHERE card = :card AND client = :client "
                        "ORDER BY received_ms DESC, outcome_ms DESC LIMIT " +
                            std::to_string(most),
         use(uuid), use(decision.record.client), into(entry.client), into(entry.card), into(entry.outcome),
         into(outcome_ms), into(entry.reason_code), into(entry.reason_system), into(entry.reason_display),
         into(entry.user_comment), into(suggestions), into(received_ms));
    feedback.execute(false);
    while (feedback.fetch()) {
      entry.outcome_time = from_milliseconds(outcome_ms);
      entry.received = from_milliseconds(received_ms);
      entry.accepted_suggestions = strings_of(suggestions);
      decision.feedback.push_back(entry);
    }
    std::size_t const found = decision.feedback.size() - before;
    decision.feedback_count += found;
    if (found < most) return;
    sql << "SELECT count(*) FROM (SELECT 1 FROM feedback WHERE card = :card AND client = :client LIMIT " +
               std::to_string(kMostFeedbackCounted) + ") AS counted",
        use(uuid), use(decision.record.client), into(count);
    decision.feedback_count += static_cast<std::size_t>(count) - found;
  }

  std::unique_ptr<SqlSession> session_;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(SqlTarget const& target) {
  auto session = SqlSession::open(target, SqlSession::Use::read);
  if (!session) return tl::unexpected(session.error());
  if (auto ready = check_migrated(**session); !ready) return tl::unexpected(ready.error());
  return std::unique_ptr<Reader>(std::make_unique<SqlReader>(std::move(*session)));
}

}  // namespace ivig::store
