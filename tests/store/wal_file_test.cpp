// SQLite's log, whose pieces are joined: what a commit wrote is there for others at once, and whole.
#include "store/wal_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/sql_session.h"
#include "store/sql_store.h"
#include "tests/store/samples.h"
#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

class JoinedLog : public testing::Test {
 protected:
  [[nodiscard]] SqlStoreSettings settings() const {
    SqlStoreSettings settings;
    settings.target = {SqlTarget::Kind::sqlite, (folder_.path() / "a.db").string()};
    settings.spool = folder_.path() / "spool";
    settings.spool_reserve = 0;
    settings.wait = std::chrono::seconds(60);
    return settings;
  }
  std::unique_ptr<Store> open() {
    auto store = open_sql_store(settings());
    if (!store) throw std::runtime_error(store.error().where + ": " + store.error().detail);
    return std::move(*store);
  }

  test::TemporaryFolder folder_;
};

TEST_F(JoinedLog, is_taken_by_sqlite) { EXPECT_TRUE(join_log_writes()); }

TEST_F(JoinedLog, holds_a_commit_of_many_megabytes_whole) {
  auto store = open();
  std::vector<DecisionRecord> decisions;
  for (int i = 0; i < 700; ++i) {
    decisions.push_back(test::sample_decision(std::to_string(i), test::at(i)));
    decisions.back().facts_json = "\"" + std::string(3000 + i * 7, static_cast<char>('a' + i % 26)) + "\"";
  }
  EXPECT_EQ(test::record(*store, decisions), Kept::committed);
  EXPECT_EQ(test::record(*store, {test::sample_decision("after", test::at(1000))}), Kept::committed);
  store.reset();
  store = open();
  auto const page = test::list(*store, {.limit = 1000});
  ASSERT_EQ(page.decisions.size(), 701U);
  EXPECT_EQ(page.decisions[0].record.order, "MedicationRequest/after");
  for (std::size_t i = 0; i < 700; ++i) EXPECT_EQ(page.decisions[700 - i].record, decisions[i]);
}

TEST_F(JoinedLog, keeps_nothing_back_of_what_was_committed_nor_writes_what_was_not) {
  auto const target = settings().target;
  auto writer = SqlSession::open(target, SqlSession::Use::write);
  auto other = SqlSession::open(target, SqlSession::Use::write);
  ASSERT_TRUE(writer && other);
  auto insert = [](SqlSession& session, int from, bool fail) {
    return session.transaction([&](soci::session& sql) {
      for (int i = from; i < from + 200; ++i) {
        std::string const text(1000, static_cast<char>('a' + i % 26));
        sql << "INSERT INTO t (number, text) VALUES (:number, :text)", soci::use(i), soci::use(text);
      }
      if (fail) throw std::runtime_error("no more");
    });
  };
  auto count = [](SqlSession& session) {
    int rows = 0;
    std::string verdict;
    EXPECT_TRUE(session.run([&](soci::session& sql) {
      sql << "SELECT count(*) FROM t WHERE length(text) = 1000", soci::into(rows);
      sql << "PRAGMA integrity_check", soci::into(verdict);
    }));
    EXPECT_EQ(verdict, "ok");
    return rows;
  };
  ASSERT_TRUE((*writer)->run([](soci::session& sql) { sql << "CREATE TABLE t (number bigint, text text)"; }));
  // Two writers in turn, failures between: a piece that one kept back would land on the pages of the other.
  for (int turn = 0; turn < 10; ++turn) {
    EXPECT_TRUE(insert(**writer, turn * 400, false));
    EXPECT_EQ(count(**other), turn * 400 + 200);
    EXPECT_FALSE(insert(**writer, 90000, true));
    EXPECT_TRUE(insert(**other, turn * 400 + 200, false));
    EXPECT_EQ(count(**writer), turn * 400 + 400);
  }
}

}  // namespace
}  // namespace ivig::store
