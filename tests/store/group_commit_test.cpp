#include "store/group_commit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "tests/store/samples.h"

namespace ivig::store {
namespace {

/// A database that can be made to hang or to fail.
class GroupCommits : public testing::Test {
 protected:
  GroupCommitHooks hooks() {
    return {[this](std::vector<WritePtr> const& writes) -> base::Result<void> {
              std::unique_lock lock(mutex_);
              ++commits_;
              hanging_ = hang_;
              changed_.notify_all();
              changed_.wait(lock, [&] { return !hang_; });
              hanging_ = false;
              if (fail_) return base::fail(base::Errc::unavailable, "", "");
              written_ += writes.size();
              return {};
            },
            [this](std::vector<WritePtr> const& writes) { answer(writes, fallen_back_); },
            [this](std::vector<WritePtr> const& writes) { answer(writes, committed_); },
            [this] {
              std::lock_guard lock(mutex_);
              ++interrupts_;
              changed_.notify_all();
            }};
  }
  void answer(std::vector<WritePtr> const& writes, std::atomic<int>& count) {
    for (auto const& write : writes) {
      if (write->claim()) ++count;
    }
  }
  static WritePtr one() {
    auto write = std::make_shared<Write>();
    write->what = DecisionWrite{{test::sample_decision("a")}, [](Kept) {}};
    return write;
  }
  void hang(bool on) {
    std::lock_guard lock(mutex_);
    hang_ = on;
    changed_.notify_all();
  }
  bool is_hanging() {
    std::lock_guard lock(mutex_);
    return hanging_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool hang_ = false, hanging_ = false;
  std::atomic<bool> fail_{false};
  std::atomic<int> commits_{0}, committed_{0}, fallen_back_{0}, interrupts_{0};
  std::size_t written_ = 0;
};

TEST_F(GroupCommits, gather_what_comes_while_a_commit_is_under_way) {
  hang(true);
  GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 1024}, hooks());
  commit.submit(one());
  ASSERT_TRUE(test::comes_to([&] { return is_hanging(); }));
  for (int i = 0; i < 100; ++i) commit.submit(one());
  hang(false);
  EXPECT_TRUE(test::comes_to([&] { return committed_ == 101; }));
  EXPECT_EQ(commits_, 2);
}

TEST_F(GroupCommits, do_not_wait_for_company_that_does_not_come) {
  hang(true);
  GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 1024}, hooks());
  commit.submit(one());
  ASSERT_TRUE(test::comes_to([&] { return is_hanging(); }));
  for (int i = 0; i < 10; ++i) commit.submit(one());
  hang(false);
  ASSERT_TRUE(test::comes_to([&] { return committed_ == 11; }));
  commit.submit(one());  // alone, after a commit of many
  EXPECT_TRUE(test::comes_to([&] { return committed_ == 12; }));
}

TEST_F(GroupCommits, keep_deadlines_after_many_commits_that_met_theirs) {
  GroupCommit commit({std::chrono::milliseconds(50), std::chrono::minutes(1), 1024}, hooks());
  for (int i = 1; i <= 20; ++i) {
    commit.submit(one());
    ASSERT_TRUE(test::comes_to([&] { return committed_ + fallen_back_ == i; }));
  }
  int const before = fallen_back_;
  hang(true);
  commit.submit(one());
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == before + 1; }));
  hang(false);
}

TEST_F(GroupCommits, keep_deadlines_after_a_commit_that_was_late_and_went_well) {
  hang(true);
  GroupCommit commit({std::chrono::milliseconds(50), std::chrono::minutes(10), 1024}, hooks());
  commit.submit(one());
  ASSERT_TRUE(test::comes_to([&] { return fallen_back_ == 1; }));
  hang(false);
  ASSERT_TRUE(test::comes_to([&] { return commit.queued() == 0; }));
  hang(true);
  commit.submit(one());
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 2; }));
  EXPECT_EQ(commits_, 2);
  hang(false);
}

TEST_F(GroupCommits, hand_a_failed_commit_to_the_fallback) {
  fail_ = true;
  GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 1024}, hooks());
  commit.submit(one());
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 1; }));
  EXPECT_EQ(committed_, 0);
}

TEST_F(GroupCommits, answer_by_the_fallback_when_the_commit_hangs_and_cut_it_off) {
  hang(true);
  GroupCommit commit({std::chrono::milliseconds(20), std::chrono::milliseconds(1000), 1024}, hooks());
  commit.submit(one());
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 1; }));
  commit.submit(one());  // does not wait behind the one that hangs
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 2; }));
  EXPECT_TRUE(test::comes_to([&] { return interrupts_ == 1; }));
  hang(false);  // as a connection that is cut off does
  EXPECT_TRUE(test::comes_to([&] {
    commit.submit(one());
    return committed_ > 0;
  })) << "and goes on afterwards";
  EXPECT_EQ(interrupts_, 1);
}

TEST_F(GroupCommits, send_everything_to_the_fallback_while_closed) {
  GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 1024}, hooks());
  commit.set_open(false);
  commit.submit(one());
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 1; }));
  commit.set_open(true);
  commit.submit(one());
  EXPECT_TRUE(test::comes_to([&] { return committed_ == 1; }));
}

WritePtr piece() {
  auto write = std::make_shared<Write>();
  write->bulk = true;
  write->what = DecisionWrite{{test::sample_decision("a")}, [](Kept) {}};
  return write;
}

TEST_F(GroupCommits, take_one_piece_of_a_large_call_with_all_that_waits_beside_it) {
  hang(true);
  GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 1024}, hooks());
  commit.submit(piece());
  ASSERT_TRUE(test::comes_to([&] { return is_hanging(); }));
  for (int i = 0; i < 5; ++i) commit.submit(piece());
  auto const other = one();
  commit.submit(other);
  hang(false);
  EXPECT_TRUE(test::comes_to([&] { return committed_ == 7; }));
  EXPECT_TRUE(other->stored);
  EXPECT_EQ(commits_, 6) << "a commit each, the other call's with the second";
}

TEST_F(GroupCommits, spool_pieces_whose_time_has_passed_while_they_waited) {
  hang(true);
  GroupCommit commit({std::chrono::milliseconds(50), std::chrono::minutes(10), 1024}, hooks());
  for (int i = 0; i < 5; ++i) commit.submit(piece());
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 5; }));
  hang(false);
}

TEST_F(GroupCommits, say_of_a_write_whether_it_is_stored) {
  GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 1024}, hooks());
  auto const kept = one();
  commit.submit(kept);
  EXPECT_TRUE(test::comes_to([&] { return committed_ == 1; }));
  EXPECT_TRUE(kept->stored);
  fail_ = true;
  auto const failed = one();
  commit.submit(failed);
  EXPECT_TRUE(test::comes_to([&] { return fallen_back_ == 1; }));
  EXPECT_FALSE(failed->stored);
  EXPECT_FALSE(failed->in_flight);
}

TEST_F(GroupCommits, commit_what_is_queued_before_they_end) {
  {
    GroupCommit commit({std::chrono::minutes(1), std::chrono::minutes(1), 4}, hooks());
    for (int i = 0; i < 50; ++i) commit.submit(one());
  }
  EXPECT_EQ(committed_, 50);
}

}  // namespace
}  // namespace ivig::store
