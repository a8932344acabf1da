// A database that goes and comes back, on a PostgreSQL server that the test stops and on a SQLite file that it locks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include "store/connection.h"
#include "store/record_json.h"
#include "store/spool.h"
#include "store/sql_session.h"
#include "store/sql_store.h"
#include "tests/store/samples.h"
#include "tests/support/private_postgres.h"
#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

using test::at;
using test::first_use;
using test::keep_feedback;
using test::list;
using test::orders;
using test::record;
using test::sample_decision;
using test::sample_feedback;
using testing::ElementsAre;

/// A SQLite file, and what the store tells of it.
class LostFile : public testing::Test {
 protected:
  LostFile() {
    settings_.spool = folder_.path() / "spool";
    settings_.retry = std::chrono::milliseconds(20);
    settings_.wait = std::chrono::minutes(1);  // no commit is late because the machine is busy
    settings_.target = {SqlTarget::Kind::sqlite, (folder_.path() / "a.db").string()};
    settings_.on_event = [this](bool alarm, std::string_view event, std::string_view) {
      std::lock_guard lock(mutex_);
      events_.push_back((alarm ? "!" : "") + std::string(event));
    };
  }
  std::vector<std::string> events() {
    std::lock_guard lock(mutex_);
    return events_;
  }
  test::TemporaryFolder folder_;
  SqlStoreSettings settings_;
  std::mutex mutex_;
  std::vector<std::string> events_;
};

/// The same on a server of its own.
class LostDatabase : public LostFile {
 protected:
  LostDatabase() { settings_.target = {SqlTarget::Kind::postgresql, server_.url()}; }
  test::PrivatePostgres server_;
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
  EXPECT_TRUE(first_use(**opened, "t"));  // holds no record: no reason to say it again
  EXPECT_EQ(record(**opened, {sample_decision("b", at(1))}), Kept::unsaved);
  EXPECT_TRUE(test::comes_to([&] { return (*opened)->status().lost == 2; }));
  opened->reset();
  EXPECT_THAT(events(), ElementsAre("!store_down", "!store_unsaved", "!store_lost"));
}

// Another program holds the file, then lets go.
TEST_F(LostFile, brings_records_back_to_a_file_that_was_locked) {
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
TEST_F(LostFile, ends_while_it_brings_back) {
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

TEST_F(LostFile, sets_aside_what_the_database_will_not_take_and_nothing_else) {
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

TEST_F(LostFile, keeps_what_it_cannot_set_aside) {
  {
    auto spool = Spool::open(settings_.spool, settings_.spool_bytes, 0);
    ASSERT_TRUE(spool && spool->append(std::vector<std::string>{record_line(sample_decision("a")), "{torn"}));
  }
  std::filesystem::create_directory(settings_.spool / "refused.ndjson");  // no file that lines could be added to
  {
    auto opened = open_sql_store(settings_);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(test::comes_to([&] { return list(**opened).decisions.size() == 1; }));
  }
  EXPECT_FALSE(Spool::open(settings_.spool, settings_.spool_bytes, 0)->segments().empty());
}

TEST_F(Replays, take_over_the_newest_word_on_any_card) {
  replay(sample_feedback("b", "accepted", at(50)));
  replay(sample_feedback("a", "overridden", at(60)));
  auto decision = sample_decision("a");
  decision.cards.push_back({"card-b", "info"});
  replay(decision);
  EXPECT_EQ(answer<std::string>("SELECT outcome FROM decision"), "overridden");
}

}  // namespace
}  // namespace ivig::store
