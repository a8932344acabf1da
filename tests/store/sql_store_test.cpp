// One set of tests on both databases: a SQLite file, and a PostgreSQL server that the test starts.
#include "store/sql_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>

#include "store/connection.h"
#include "store/record_json.h"
#include "store/spool.h"
#include "store/sql_session.h"
#include "tests/store/samples.h"
#include "tests/support/private_postgres.h"
#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

using test::ask;
using test::at;
using test::first_use;
using test::keep_feedback;
using test::keep_review;
using test::list;
using test::orders;
using test::record;
using test::sample_decision;
using test::sample_feedback;
using testing::ElementsAre;
using testing::IsEmpty;

/// One server for the whole file: starting one takes seconds.
test::PrivatePostgres& postgres() {
  static test::PrivatePostgres server;
  return server;
}

class SqlStores : public testing::TestWithParam<SqlTarget::Kind> {
 protected:
  SqlStores() {
    settings_.spool = folder_.path() / "spool";
    settings_.spool_reserve = 0;
    settings_.target.kind = GetParam();
    settings_.target.where = (folder_.path() / "a b.db").string();
    // A card is never timed out by a loaded machine here.
    settings_.wait = std::chrono::seconds(60);
    if (GetParam() == SqlTarget::Kind::postgresql) settings_.target.where = postgres().fresh_database();
  }

  std::unique_ptr<Store> open() {
    auto store = open_sql_store(settings_);
    if (!store) throw std::runtime_error(store.error().where + ": " + store.error().detail);
    return std::move(*store);
  }

  test::TemporaryFolder folder_;
  SqlStoreSettings settings_;
};

TEST_P(SqlStores, give_back_a_decision_as_it_was_recorded) {
  auto store = open();
  auto decision = sample_decision("a");
  decision.hook_instance += std::string("\0x'\"; DROP TABLE decision; --", 28);
  EXPECT_EQ(record(*store, {decision}), Kept::committed);
  std::erase(decision.hook_instance, '\0');  // PostgreSQL keeps none
  auto page = list(*store);
  ASSERT_EQ(page.decisions.size(), 1U);
  EXPECT_EQ(page.decisions[0].record, decision);
  EXPECT_EQ(page.decisions[0].outcome, "none");
  auto shown = ask<StoredDecision>(*store, [&](Reader& reader) { return reader.show(decision.id); });
  EXPECT_EQ(shown.record, decision);
}

TEST_P(SqlStores, keep_everything_across_a_restart) {
  auto store = open();
  record(*store, {sample_decision("a"), sample_decision("b", at(1))});
  ASSERT_TRUE(keep_feedback(*store, {sample_feedback("a", "accepted")}));
  store.reset();
  store = open();
  EXPECT_THAT(orders(list(*store)), ElementsAre("MedicationRequest/b", "MedicationRequest/a"));
  EXPECT_EQ(list(*store).decisions[1].feedback.size(), 1U);
}

TEST_P(SqlStores, record_a_decision_once_however_often_it_is_handed_in) {
  auto store = open();
  auto const decision = sample_decision("a");
  EXPECT_EQ(record(*store, {decision}), Kept::committed);
  EXPECT_EQ(record(*store, {decision, decision}), Kept::committed);
  EXPECT_EQ(list(*store).decisions.size(), 1U);
}

// REQ FDBK-09
TEST_P(SqlStores, keep_feedback_once_per_card_outcome_and_time) {
  auto store = open();
  record(*store, {sample_decision("a")});
  auto const entry = sample_feedback("a", "overridden");
  EXPECT_EQ(keep_feedback(*store, {entry, entry}).value(), 1U);
  EXPECT_EQ(keep_feedback(*store, {entry}).value(), 0U);
  EXPECT_EQ(keep_feedback(*store, {sample_feedback("a", "overridden", at(61))}).value(), 1U);
  auto const page = list(*store);
  ASSERT_EQ(page.decisions[0].feedback.size(), 2U);
  EXPECT_EQ(page.decisions[0].feedback[0], entry);
}

TEST_P(SqlStores, tell_what_became_of_a_decision_by_its_newest_feedback) {
  auto store = open();
  record(*store, {sample_decision("a"), sample_decision("b")});
  ASSERT_TRUE(keep_feedback(*store, {sample_feedback("a", "accepted", at(100))}));
  ASSERT_TRUE(keep_feedback(*store, {sample_feedback("a", "overridden", at(50))}));
  auto const accepted = list(*store, {.outcome = "accepted"});
  EXPECT_THAT(orders(accepted), ElementsAre("MedicationRequest/a"));
  EXPECT_EQ(accepted.decisions[0].feedback.back().accepted_suggestions, (std::vector<std::string>{"s1", "s2"}));
  EXPECT_THAT(orders(list(*store, {.outcome = "overridden"})), IsEmpty());
  // REQ FDBK-12: silence is not consent.
  EXPECT_THAT(orders(list(*store, {.outcome = "none"})), ElementsAre("MedicationRequest/b"));
}

// REQ FDBK-03
TEST_P(SqlStores, keep_feedback_on_a_card_they_do_not_know) {
  auto store = open();
  EXPECT_EQ(keep_feedback(*store, {sample_feedback("unknown", "accepted")}).value(), 1U);
}

TEST_P(SqlStores, let_no_client_speak_of_the_cards_of_another) {
  auto store = open();
  record(*store, {sample_decision("a")});
  auto foreign = sample_feedback("a", "overridden");
  foreign.client = "another";
  EXPECT_EQ(keep_feedback(*store, {foreign}).value(), 1U);
  auto const page = list(*store);
  EXPECT_EQ(page.decisions[0].outcome, "none");
  EXPECT_THAT(page.decisions[0].feedback, IsEmpty());
}

TEST_P(SqlStores, find_decisions_by_each_filter) {
  auto store = open();
  auto other = sample_decision("b", at(10));
  other.client = "b";
  other.service = "ivig-order-select";
  other.row = "guideline/other";
  other.stance = "";
  other.indicator = "info";
  other.condition = "condition-b";
  other.patient = "Patient/q";
  record(*store, {sample_decision("a"), other});
  auto const finds = [&](DecisionQuery const& query) { return orders(list(*store, query)); };
  EXPECT_THAT(finds({.from = at(10)}), ElementsAre(other.order));
  EXPECT_THAT(finds({.until = at(10)}), ElementsAre("MedicationRequest/a"));
  EXPECT_THAT(finds({.row = "guideline/other"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.stance = "none"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.stance = "not-recommended"}), ElementsAre("MedicationRequest/a"));
  EXPECT_THAT(finds({.indicator = "info"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.client = "b"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.service = "ivig-order-sign"}), ElementsAre("MedicationRequest/a"));
  EXPECT_THAT(finds({.hook_instance = "instance-b"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.patient = "Patient/q"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.order = other.order}), ElementsAre(other.order));
  EXPECT_THAT(finds({.condition = "condition-b"}), ElementsAre(other.order));
  EXPECT_EQ(finds({.determination = "none", .asked = true}).size(), 2U);
  EXPECT_THAT(finds({.card = "card-b"}), ElementsAre(other.order));
  EXPECT_THAT(finds({.indicator = "info", .patient = "Patient/p"}), IsEmpty());
}

TEST_P(SqlStores, page_through_all_decisions_newest_first) {
  auto store = open();
  std::vector<DecisionRecord> decisions;
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) {
    decisions.push_back(sample_decision(std::to_string(i), at(i)));
    expected.insert(expected.begin(), decisions.back().order);
  }
  record(*store, decisions);
  std::vector<std::string> found;
  DecisionQuery query{.limit = 10};
  int pages = 0;
  do {
    auto const page = list(*store, query);
    for (auto const& order : orders(page)) found.push_back(order);
    query.after = page.next;
    ++pages;
  } while (!query.after.empty());
  EXPECT_EQ(found, expected);
  EXPECT_EQ(pages, 3);
}

TEST_P(SqlStores, tell_how_often_each_recommendation_is_overridden) {
  auto store = open();
  auto silent = sample_decision("silent");
  silent.row = "guideline/silent";
  silent.cards.clear();
  record(*store, {sample_decision("a"), sample_decision("b"), sample_decision("c"), silent});
  ASSERT_TRUE(keep_feedback(*store, {sample_feedback("a", "overridden"), sample_feedback("b", "overridden"),
                                     sample_feedback("c", "accepted")}));
  auto const rates = ask<std::vector<OverrideRate>>(
      *store, [](Reader& reader) { return reader.override_rates(std::nullopt, std::nullopt); });
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].row, "guideline/row");
  EXPECT_EQ(rates[0].decisions, 3);
  EXPECT_EQ(rates[0].cards, 3);
  EXPECT_EQ(rates[0].accepted, 1);
  EXPECT_EQ(rates[0].overridden, 2);
  EXPECT_EQ(rates[1].cards, 0);
}

// REQ JWT-16
TEST_P(SqlStores, tell_the_first_use_of_a_token_even_after_a_restart) {
  auto store = open();
  EXPECT_TRUE(first_use(*store, "t1"));
  EXPECT_FALSE(first_use(*store, "t1"));
  store.reset();
  store = open();
  EXPECT_FALSE(first_use(*store, "t1"));
  EXPECT_TRUE(first_use(*store, "t2"));
}

TEST_P(SqlStores, commit_many_concurrent_records_in_few_transactions) {
  auto store = open();
  constexpr int kThreads = 8, kEach = 50;
  std::atomic<int> answered{0};
  for (int i = 0; i < kThreads * kEach; ++i) {
    store->record({sample_decision(std::to_string(i), at(i))}, [&](Kept kept) {
      EXPECT_EQ(kept, Kept::committed);
      ++answered;
    });
  }
  EXPECT_TRUE(test::comes_to([&] { return answered == kThreads * kEach; }));
  auto const status = store->status();
  EXPECT_EQ(status.committed, static_cast<std::uint64_t>(kThreads * kEach));
  EXPECT_LT(status.commits, status.committed / 2);
}

TEST_P(SqlStores, remove_decisions_older_than_they_are_kept) {
  settings_.keep = std::chrono::hours(24);
  settings_.sweep = std::chrono::milliseconds(100);
  auto store = open();
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto fresh_feedback = sample_feedback("new", "accepted", now);
  std::vector<DecisionRecord> old;
  for (int i = 0; i < 450; ++i) old.push_back(sample_decision(std::to_string(i), now - std::chrono::hours(48)));
  old.push_back(sample_decision("new", now));
  record(*store, old);
  ASSERT_TRUE(keep_feedback(*store, {sample_feedback("1", "accepted", now), fresh_feedback}));
  EXPECT_TRUE(test::comes_to([&] { return store->status().expired == 450; }));
  auto const page = list(*store);
  EXPECT_THAT(orders(page), ElementsAre("MedicationRequest/new"));
  EXPECT_EQ(page.decisions[0].feedback.size(), 1U);
}

TEST_P(SqlStores, keep_what_reviewers_did_about_a_decision) {
  auto store = open();
  auto const decision = sample_decision("a"), other = sample_decision("b", at(1));
  record(*store, {decision, other});
  Reviewer const anna{"u1", "Anna O'Hara"}, ben{"u2", "Ben"};
  Determination const first{decision.id, "more-information", "which 'titre'?", anna, at(10)};
  Determination const second{decision.id, "approve", "", ben, at(20)};
  GivenAnswer const answer{decision.id, "some-fact", "yes", anna, at(15)};
  ReviewView const view{"decision", decision.id, anna, at(5)};
  ASSERT_TRUE(keep_review(*store, {first, answer, view}));
  ASSERT_TRUE(keep_review(*store, {second}));
  store.reset();
  store = open();
  auto const review = ask<DecisionReview>(*store, [&](Reader& reader) { return reader.review_of(decision.id); });
  EXPECT_THAT(review.determinations, ElementsAre(first, second));
  EXPECT_THAT(review.answers, ElementsAre(answer));
  EXPECT_THAT(review.views, ElementsAre(view));
  DecisionQuery query;
  query.determination = "approve";
  EXPECT_THAT(orders(list(*store, query)), ElementsAre("MedicationRequest/a"));
  EXPECT_EQ(list(*store, query).decisions[0].determination, "approve");
  query.determination = "none";
  EXPECT_THAT(orders(list(*store, query)), ElementsAre("MedicationRequest/b"));
}

TEST_P(SqlStores, keep_all_of_a_review_or_nothing) {
  auto store = open();
  Reviewer const anna{"u1", "Anna"};
  ReviewView const view{"decision", "no-such-decision", anna, at(5)};
  auto const kept = keep_review(*store, {view, Determination{"no-such-decision", "deny", "", anna, at(6)}});
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, base::Errc::unavailable);
  EXPECT_THAT((ask<std::vector<ReviewView>>(*store, [](Reader& reader) { return reader.views(10); })), IsEmpty());
  EXPECT_TRUE(store->status().writable) << "one bad record does not make the database a sick one";
}

TEST_P(SqlStores, know_a_session_on_every_node_until_it_ends) {
  auto store = open();
  auto const expires = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  ReviewSession const session{"digest", {"u1", "Anna"}, "reviewer", expires + std::chrono::hours(1)};
  ASSERT_TRUE(keep_review(*store, {session}));
  auto const question = [](Reader& reader) { return reader.session("digest"); };
  EXPECT_EQ(ask<ReviewSession>(*store, question), session);
  ASSERT_TRUE(keep_review(*store, {SessionEnd{"digest"}}));
  EXPECT_THROW(ask<ReviewSession>(*store, question), std::exception);
}

TEST_P(SqlStores, count_stances_between_moments) {
  auto store = open();
  auto without = sample_decision("c", at(20));
  without.stance.clear();
  record(*store, {sample_decision("a", at(0)), sample_decision("b", at(10)), without});
  std::vector<Time> const edges{at(0), at(10), at(30)};
  auto const counts = ask<std::vector<StanceCount>>(*store, [&](Reader& reader) { return reader.stances(edges); });
  std::map<std::pair<std::size_t, std::string>, std::int64_t> found;
  for (auto const& count : counts) found[{count.stretch, count.stance}] = count.decisions;
  EXPECT_EQ(found, (std::map<std::pair<std::size_t, std::string>, std::int64_t>{
                       {{0, "not-recommended"}, 1}, {{1, "not-recommended"}, 1}, {{1, ""}, 1}}));
}

TEST_P(SqlStores, refuse_tables_of_a_newer_program) {
  open().reset();
  {
    auto session = SqlSession::open(settings_.target, SqlSession::Use::write);
    ASSERT_TRUE(session);
    ASSERT_TRUE((*session)->transaction(
        [](soci::session& sql) { sql << "INSERT INTO schema_migration (number, name) VALUES (999, 'later')"; }));
  }
  auto store = open_sql_store(settings_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, base::Errc::invalid_config);
  EXPECT_FALSE(open_reader(settings_.target));
}

TEST_P(SqlStores, let_two_nodes_share_tables_and_tokens) {
  if (GetParam() == SqlTarget::Kind::sqlite) settings_.spool = folder_.path() / "spool-1";
  auto first = open();
  settings_.spool = folder_.path() / "spool-2";
  auto second = open();
  EXPECT_TRUE(first_use(*first, "t"));
  EXPECT_FALSE(first_use(*second, "t"));
  record(*first, {sample_decision("a")});
  ASSERT_TRUE(keep_feedback(*second, {sample_feedback("a", "accepted")}));
  EXPECT_EQ(list(*first).decisions[0].outcome, "accepted");
}

TEST_P(SqlStores, refuse_to_share_a_spool) {
  auto first = open();
  auto second = open_sql_store(settings_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().detail.find("spool"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(sqlite, SqlStores, testing::Values(SqlTarget::Kind::sqlite));
INSTANTIATE_TEST_SUITE_P(postgresql, SqlStores, testing::Values(SqlTarget::Kind::postgresql));

// The database goes and comes back ------------------------------------------------------------------------------------

class LostDatabase : public testing::Test {
 protected:
  LostDatabase() {
    settings_.spool = folder_.path() / "spool";
    settings_.retry = std::chrono::milliseconds(20);
    settings_.target = {SqlTarget::Kind::postgresql, server_.url()};
    settings_.on_event = [this](bool alarm, std::string_view event, std::string_view) {
      std::lock_guard lock(mutex_);
      events_.push_back((alarm ? "!" : "") + std::string(event));
    };
  }
  std::vector<std::string> events() {
    std::lock_guard lock(mutex_);
    return events_;
  }
  test::PrivatePostgres server_;
  test::TemporaryFolder folder_;
  SqlStoreSettings settings_;
  std::mutex mutex_;
  std::vector<std::string> events_;
};

TEST_F(LostDatabase, sends_records_to_the_spool_and_brings_them_back) {
  auto opened = open_sql_store(settings_);
  ASSERT_TRUE(opened);
  auto& store = **opened;
  EXPECT_EQ(record(store, {sample_decision("before")}), Kept::committed);
  server_.stop("immediate");
  EXPECT_EQ(record(store, {sample_decision("during", at(1))}), Kept::spooled);
  EXPECT_FALSE(store.status().writable);
  EXPECT_FALSE(store.status().reason.empty());
  // REQ FDBK: acknowledged only once committed; kept all the same.
  auto const feedback = keep_feedback(store, {sample_feedback("during", "overridden")});
  ASSERT_FALSE(feedback);
  EXPECT_EQ(feedback.error().code, base::Errc::unavailable);
  EXPECT_TRUE(first_use(store, "t"));
  EXPECT_FALSE(first_use(store, "t"));
  server_.start();
  EXPECT_TRUE(test::comes_to([&] { return store.status().writable && store.status().replayed == 2; }));
  EXPECT_TRUE(test::comes_to([&] { return events().back() == "store_replayed"; }));
  EXPECT_EQ(record(store, {sample_decision("after", at(2))}), Kept::committed);
  auto const page = list(store);
  EXPECT_THAT(orders(page),
              ElementsAre("MedicationRequest/after", "MedicationRequest/during", "MedicationRequest/before"));
  EXPECT_EQ(page.decisions[1].outcome, "overridden");
  EXPECT_EQ(store.status().spool_bytes, 0U);
  EXPECT_THAT(events(), ElementsAre("!store_down", "store_up", "store_replayed"));
}

TEST_F(LostDatabase, keeps_the_spool_over_a_restart_of_the_node_and_starts_without_a_database) {
  {
    auto store = open_sql_store(settings_);
    ASSERT_TRUE(store);
    server_.stop("immediate");
    EXPECT_EQ(record(**store, {sample_decision("a")}), Kept::spooled);
  }
  auto store = open_sql_store(settings_);
  ASSERT_TRUE(store) << "a database that is away must not keep the cards from coming";
  EXPECT_FALSE((*store)->status().writable);
  EXPECT_EQ(record(**store, {sample_decision("b", at(1))}), Kept::spooled);
  server_.start();
  EXPECT_TRUE(test::comes_to([&] { return (*store)->status().replayed == 2; }));
  EXPECT_THAT(orders(list(**store)), ElementsAre("MedicationRequest/b", "MedicationRequest/a"));
}

TEST_F(LostDatabase, holds_records_in_memory_when_the_spool_is_full_too_and_says_so) {
  settings_.spool_bytes = 64;
  auto opened = open_sql_store(settings_);
  ASSERT_TRUE(opened);
  server_.stop("immediate");
  EXPECT_EQ(record(**opened, {sample_decision("a")}), Kept::unsaved);
  EXPECT_FALSE((*opened)->status().spool_writable);
  EXPECT_EQ((*opened)->status().memory_records, 1U);
  server_.start();
  EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().memory_records == 0; }));
  EXPECT_EQ((*opened)->status().replayed, 1U);
  EXPECT_THAT(orders(list(**opened)), ElementsAre("MedicationRequest/a"));
}

TEST_F(LostDatabase, says_that_records_are_lost_when_memory_is_full_too) {
  settings_.spool_bytes = 64;
  settings_.memory_bytes = 0;
  auto opened = open_sql_store(settings_);
  ASSERT_TRUE(opened);
  server_.stop("immediate");
  EXPECT_EQ(record(**opened, {sample_decision("a")}), Kept::unsaved);
  EXPECT_EQ(record(**opened, {sample_decision("b", at(1))}), Kept::unsaved);
  EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().lost == 2; }));
  opened->reset();
  EXPECT_THAT(events(), ElementsAre("!store_down", "!store_unsaved", "!store_lost"));
}

// Another program holds the file, then lets go.
TEST_F(LostDatabase, brings_records_back_to_a_file_that_was_locked) {
  settings_.target = {SqlTarget::Kind::sqlite, (folder_.path() / "a.db").string()};
  settings_.wait = std::chrono::milliseconds(50);
  auto opened = open_sql_store(settings_);
  ASSERT_TRUE(opened);
  {
    auto other = SqlSession::open(settings_.target, SqlSession::Use::write);
    ASSERT_TRUE(other);
    (*other)->sql() << "BEGIN IMMEDIATE";
    EXPECT_EQ(record(**opened, {sample_decision("a")}), Kept::spooled);
    EXPECT_EQ(record(**opened, {sample_decision("b", at(1))}), Kept::spooled);
    (*other)->sql() << "ROLLBACK";
  }
  EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().spool_bytes == 0; }));
  EXPECT_THAT(orders(list(**opened)), ElementsAre("MedicationRequest/b", "MedicationRequest/a"));
}

// What is left of a long spool is for the next start.
TEST_F(LostDatabase, ends_while_it_brings_back) {
  settings_.target = {SqlTarget::Kind::sqlite, (folder_.path() / "a.db").string()};
  constexpr std::size_t kRecords = 4000;
  {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < kRecords; ++i) {
      auto decision = sample_decision("a", at(static_cast<std::int64_t>(i)));
      decision.facts_json = "[\"" + std::string(8000, 'x') + "\"]";
      lines.push_back(record_line(decision));
      if (lines.size() < 200) continue;
      auto spool = Spool::open(settings_.spool, settings_.spool_bytes, 0);
      ASSERT_TRUE(spool && spool->append(lines));
      lines.clear();
    }
  }
  {
    auto opened = open_sql_store(settings_);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().replayed > 0; }));
  }
  EXPECT_FALSE(Spool::open(settings_.spool, settings_.spool_bytes, 0)->segments().empty());
  auto opened = open_sql_store(settings_);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().spool_bytes == 0; }));
  std::int64_t kept = 0;
  auto sql = SqlSession::open(settings_.target, SqlSession::Use::read);
  (*sql)->sql() << "SELECT count(*) FROM decision", soci::into(kept);
  EXPECT_EQ(kept, static_cast<std::int64_t>(kRecords));
}

class Replays : public testing::Test {
 protected:
  Replays() : connection_(Connection::open({SqlTarget::Kind::sqlite, (folder_.path() / "a.db").string()}).value()) {}

  void replay(DecisionRecord const& decision) { ASSERT_TRUE(connection_->replay({record_line(decision)})); }
  void replay(FeedbackRecord const& entry) { ASSERT_TRUE(connection_->replay({record_line(entry)})); }

  template <class Answer>
  Answer answer(char const* question) {
    Answer found{};
    connection_->session->sql() << question, soci::into(found);
    return found;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Connection> connection_;
};

// A call made often has the same card each time: what is replayed must not grow with how often.
TEST_F(Replays, write_what_is_replayed_and_nothing_else) {
  auto const before = answer<int>("SELECT total_changes()");
  auto changes = [&] { return answer<int>("SELECT total_changes()") - before; };
  auto const decision = sample_decision("a");
  replay(decision);
  auto const one = changes();
  for (int i = 1; i < 20; ++i) replay(sample_decision("a", at(i)));
  EXPECT_EQ(changes(), 20 * one);
  replay(decision);
  EXPECT_EQ(changes(), 20 * one) << "it is there already";
}

TEST_F(Replays, tell_a_full_database_from_a_record_that_it_will_not_take) {
  connection_->session->sql() << "CREATE TRIGGER t BEFORE INSERT ON decision WHEN new.order_ref = "
                                 "'MedicationRequest/refused' BEGIN SELECT RAISE(ABORT, 'no'); END";
  auto const refused = connection_->replay({record_line(sample_decision("refused"))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Errc::invalid_value);
  EXPECT_EQ(connection_->replay({"{torn"}).error().code, base::Errc::invalid_value);
  connection_->session->sql() << "PRAGMA max_page_count = 1";  // as many as there are
  auto big = sample_decision("big");
  big.facts_json = "[\"" + std::string(1 << 20, 'x') + "\"]";
  auto const full = connection_->replay({record_line(big)});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, base::Errc::unavailable);
}

TEST_F(LostDatabase, sets_aside_what_the_database_will_not_take_and_nothing_else) {
  settings_.target = {SqlTarget::Kind::sqlite, (folder_.path() / "a.db").string()};
  {
    auto spool = Spool::open(settings_.spool, settings_.spool_bytes, 0);
    ASSERT_TRUE(spool && spool->append(std::vector<std::string>{record_line(sample_decision("a")), "{torn",
                                                                record_line(sample_decision("b", at(1)))}));
  }
  auto opened = open_sql_store(settings_);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().spool_bytes == 0; }));
  EXPECT_EQ((*opened)->status().refused, 1U);
  EXPECT_THAT(orders(list(**opened)), ElementsAre("MedicationRequest/b", "MedicationRequest/a"));
  std::ifstream in(settings_.spool / "refused.ndjson");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "{torn\n");
}

TEST_F(Replays, take_over_what_was_said_of_one_of_several_cards) {
  replay(sample_feedback("a", "overridden"));
  auto decision = sample_decision("a");
  decision.cards.push_back({"card-b", "info"});
  replay(decision);
  EXPECT_EQ(answer<std::string>("SELECT outcome FROM decision"), "overridden");
}

TEST(SqlStore, is_gone_with_the_process_when_it_is_in_memory) {
  SqlStoreSettings settings;
  settings.target.where = ":memory:";
  auto store = open_sql_store(settings);
  ASSERT_TRUE(store);
  EXPECT_EQ(record(**store, {sample_decision("a")}), Kept::committed);
  EXPECT_EQ(list(**store).decisions.size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

TEST(SqlStore, refuses_a_file_that_it_cannot_make) {
  SqlStoreSettings settings;
  settings.target.where = "/nonexistent/folder/ivig.db";
  auto store = open_sql_store(settings);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().where, settings.target.where);
}

}  // namespace
}  // namespace ivig::store
