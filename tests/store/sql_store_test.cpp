// One set of tests on both databases: a SQLite file, and a PostgreSQL server that the test starts.
#include "store/sql_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "store/sql_session.h"
#include "tests/store/samples.h"
#include "tests/support/private_postgres.h"
#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

using std::chrono::milliseconds;
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

TEST_P(SqlStores, take_the_outcome_that_came_last_where_times_disagree) {
  auto store = open();
  record(*store, {sample_decision("a")});
  auto wrong = sample_feedback("a", "accepted", at(1000000000));
  wrong.received = at(60);
  ASSERT_TRUE(keep_feedback(*store, {wrong}));
  auto const right = sample_feedback("a", "overridden", at(70));
  ASSERT_TRUE(keep_feedback(*store, {right}));
  ASSERT_TRUE(keep_feedback(*store, {wrong})) << "sent again: not a new word";
  auto const found = list(*store).decisions.at(0);
  EXPECT_EQ(found.outcome, "overridden");
  EXPECT_EQ(found.feedback.back(), right);
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
  old.reserve(451);
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

TEST_P(SqlStores, keep_what_reviewers_did_in_order_when_the_clock_stands_still_or_goes_back) {
  auto store = open();
  auto const decision = sample_decision("a");
  record(*store, {decision});
  Reviewer const anna{"u1", "Anna"};
  std::vector<ReviewView> views;
  std::vector<Determination> determinations;
  std::vector<GivenAnswer> answers;
  for (int i = 0; i < 12; ++i) {
    Time const time = at(i < 6 ? 100 : 90);
    views.push_back({"view " + std::to_string(i), decision.id, anna, time});
    determinations.push_back({decision.id, i % 2 == 0 ? "deny" : "approve", std::to_string(i), anna, time});
    answers.push_back({decision.id, "fact", i % 2 == 0 ? "no" : "yes", anna, time});
    ASSERT_TRUE(keep_review(*store, {views.back(), determinations.back(), answers.back()}));
  }
  auto const review = ask<DecisionReview>(*store, [&](Reader& reader) { return reader.review_of(decision.id); });
  EXPECT_EQ(review.determinations, determinations);
  EXPECT_EQ(review.answers, answers);
  std::reverse(views.begin(), views.end());
  EXPECT_EQ(review.views, views) << "the newest first";
  EXPECT_EQ((ask<std::vector<ReviewView>>(*store, [](Reader& reader) { return reader.views(20); })), views);
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
/// Many outcomes on one card: a page of them is read, and they are counted.
TEST_P(SqlStores, page_feedback_on_a_card_that_was_answered_thousands_of_times) {
  auto const store = open();
  record(*store, {sample_decision("a")});
  std::vector<FeedbackRecord> entries;
  entries.reserve(4000);
  for (int i = 0; i < 4000; ++i) {
    entries.push_back(sample_feedback("a", i % 2 == 0 ? "accepted" : "overridden", at(60 + i)));
  }
  for (int i = 0; i < 4; ++i) {
    std::vector<FeedbackRecord> const part(entries.begin() + 1000 * i, entries.begin() + 1000 * (i + 1));
    EXPECT_EQ(keep_feedback(*store, part).value(), 1000U);
  }
  auto const listed = list(*store).decisions.at(0);
  EXPECT_EQ(listed.outcome, "overridden") << "the newest counts";
  EXPECT_EQ(listed.feedback.size(), kFeedbackPerPage);
  EXPECT_EQ(listed.feedback_count, 4000U);
  EXPECT_EQ(listed.feedback.back().outcome_time, entries.back().outcome_time);
  auto const page = [&](unsigned number) {
    return ask<StoredDecision>(*store, [&](Reader& reader) { return reader.show(listed.record.id, number); });
  };
  EXPECT_EQ(page(2).feedback.back().outcome_time, entries[4000 - kFeedbackPerPage - 1].outcome_time);
  EXPECT_EQ(page(200).feedback.front().outcome_time, entries.front().outcome_time);
  EXPECT_THAT(page(201).feedback, IsEmpty());
  EXPECT_EQ(page(201).feedback_count, 4000U);
}

/// A commit that is late and succeeds has lost nothing, although neither spool nor memory had room meanwhile.
TEST_P(SqlStores, count_no_record_as_lost_that_a_late_commit_keeps) {
  settings_.wait = milliseconds(0);
  settings_.spool_bytes = 1;
  settings_.memory_bytes = 1;
  {
    auto const store = open();
    std::vector<DecisionRecord> decisions;
    decisions.reserve(1600);
    for (int i = 0; i < 1600; ++i) decisions.push_back(sample_decision(std::to_string(i)));
    record(*store, std::move(decisions));
    EXPECT_TRUE(test::comes_to([&] { return store->status().committed == 1600; }));
    EXPECT_TRUE(test::comes_to([&] { return store->status().queue == 0; }));
    EXPECT_EQ(store->status().lost, 0U);
    EXPECT_EQ(store->status().memory_records, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(postgresql, SqlStores, testing::Values(SqlTarget::Kind::postgresql));

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
