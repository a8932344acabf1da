#include "store/fallback.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/record_json.h"
#include "tests/store/samples.h"
#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

using test::sample_decision;
using testing::ElementsAre;
using Lines = std::vector<std::string>;

WritePtr write_of(DecisionRecord decision, Kept& kept) {
  auto write = std::make_shared<Write>();
  write->what = DecisionWrite{{std::move(decision)}, [&kept](Kept how) { kept = how; }};
  return write;
}

class Fallbacks : public testing::Test {
 protected:
  Spool spool(std::uint64_t most) { return Spool::open(folder_.path() / "spool", most, 0).value(); }

  Kept keep(Fallback& fallback, char const* name) {
    Kept kept{};
    fallback.keep({write_of(sample_decision(name), kept)});
    return kept;
  }

  static std::string order_of(std::string const& line) {
    return std::get<DecisionRecord>(parse_record_line(line).value()).order;
  }

  static Lines drained(Fallback& fallback) {
    Lines orders;
    fallback.drain([&](Lines const& lines) {
      for (auto const& line : lines) orders.push_back(order_of(line));
      return true;
    });
    return orders;
  }

  test::TemporaryFolder folder_;
  std::uint64_t const line_ = record_line(sample_decision("a")).size();
};

TEST_F(Fallbacks, hand_back_the_spool_then_memory_oldest_first) {
  Fallback fallback(spool(2 * line_), 10 * line_);
  EXPECT_EQ(keep(fallback, "a"), Kept::spooled);
  EXPECT_EQ(keep(fallback, "b"), Kept::unsaved);
  EXPECT_EQ(fallback.counts().memory_records, 1U);
  EXPECT_THAT(drained(fallback), ElementsAre("MedicationRequest/a", "MedicationRequest/b"));
  EXPECT_FALSE(fallback.has_records());
}

TEST_F(Fallbacks, hold_so_many_bytes_and_lose_the_oldest_and_count_it) {
  Fallback fallback(spool(1), 2 * line_);
  for (auto const* name : {"a", "b", "c", "d"}) EXPECT_EQ(keep(fallback, name), Kept::unsaved);
  EXPECT_EQ(fallback.counts().memory_records, 2U);
  EXPECT_EQ(fallback.counts().lost, 2U);
  EXPECT_THAT(drained(fallback), ElementsAre("MedicationRequest/c", "MedicationRequest/d"));
  EXPECT_EQ(keep(fallback, "e"), Kept::unsaved);
  EXPECT_EQ(fallback.counts().lost, 2U) << "what was handed back leaves room";
}

TEST_F(Fallbacks, spool_what_memory_holds_as_soon_as_there_is_room_again) {
  Fallback fallback(spool(3 * line_), 10 * line_);
  keep(fallback, "a");
  keep(fallback, "b");
  EXPECT_EQ(keep(fallback, "c"), Kept::unsaved);
  int batches = 0;
  fallback.drain([&](Lines const&) { return batches++ == 0; });  // the spool goes, and memory does not
  ASSERT_EQ(fallback.counts().memory_records, 1U);
  EXPECT_EQ(keep(fallback, "d"), Kept::spooled);
  EXPECT_EQ(fallback.counts().memory_records, 0U);
  EXPECT_THAT(drained(fallback), testing::UnorderedElementsAre("MedicationRequest/c", "MedicationRequest/d"));
}

TEST_F(Fallbacks, keep_a_segment_aside_that_is_damaged) {
  Fallback fallback(spool(100 * line_), 0);
  keep(fallback, "a");
  keep(fallback, "b");
  for (auto const& file : std::filesystem::directory_iterator(folder_.path() / "spool")) {
    auto const size = std::filesystem::file_size(file);
    if (size > 0) std::filesystem::resize_file(file, size - 2);
  }
  EXPECT_THAT(drained(fallback), ElementsAre("MedicationRequest/a"));
  EXPECT_EQ(fallback.counts().damaged, 1U);
  EXPECT_FALSE(fallback.has_records());
  auto const kept = std::filesystem::directory_iterator(folder_.path() / "spool");
  EXPECT_TRUE(
      std::any_of(begin(kept), end(kept), [](auto const& file) { return file.path().extension() == ".damaged"; }));
}

TEST_F(Fallbacks, go_on_within_a_segment_where_they_stopped) {
  Fallback fallback(spool(1 << 20), 0);
  std::vector<WritePtr> writes;
  writes.reserve(450);
  Kept kept{};
  for (int i = 0; i < 450; ++i) writes.push_back(write_of(sample_decision(std::to_string(i)), kept));
  fallback.keep(writes);
  int batches = 0;
  EXPECT_EQ(fallback.drain([&](Lines const&) { return batches++ == 0; }), 200U);
  EXPECT_EQ(drained(fallback).front(), "MedicationRequest/200");
  EXPECT_FALSE(fallback.has_records());
}

TEST_F(Fallbacks, spool_what_memory_holds_when_they_end_and_there_is_room_again) {
  {
    Fallback fallback(spool(2 * line_), 10 * line_);
    keep(fallback, "a");
    keep(fallback, "b");
    int batches = 0;
    fallback.drain([&](Lines const&) { return batches++ == 0; });  // the spool goes, and memory does not
    EXPECT_EQ(fallback.counts().memory_records, 1U);
    EXPECT_EQ(fallback.counts().spool_bytes, 0U);
  }
  Fallback fallback(spool(2 * line_), 10 * line_);
  EXPECT_THAT(drained(fallback), ElementsAre("MedicationRequest/b"));
}

/// A call of `count` orders.
WritePtr call_of(int count, Kept& kept) {
  auto write = std::make_shared<Write>();
  std::vector<DecisionRecord> decisions;
  decisions.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) decisions.push_back(sample_decision(std::to_string(i)));
  write->what = DecisionWrite{std::move(decisions), [&kept](Kept how) { kept = how; }};
  return write;
}

TEST_F(Fallbacks, lose_nothing_that_a_late_commit_keeps_after_all) {
  Fallback fallback(spool(1), 2 * line_);
  Kept kept{};
  auto const write = call_of(10, kept);
  write->in_flight = true;
  fallback.keep({write});
  EXPECT_EQ(kept, Kept::unsaved);
  EXPECT_EQ(fallback.counts().lost, 0U) << "the commit may still succeed";
  write->stored = true;
  write->in_flight = false;
  fallback.let_go({write});
  EXPECT_EQ(fallback.counts().lost, 0U);
  EXPECT_EQ(fallback.counts().memory_records, 0U) << "the database has them";
  EXPECT_FALSE(fallback.has_records());
}

TEST_F(Fallbacks, count_what_is_lost_once_the_late_commit_has_failed) {
  Fallback fallback(spool(1), 2 * line_);
  Kept kept{};
  auto const write = call_of(10, kept);
  write->in_flight = true;
  fallback.keep({write});
  write->in_flight = false;
  fallback.keep({write});  // as group commit hands over what failed
  EXPECT_EQ(fallback.counts().lost + fallback.counts().memory_records, 10U);
  EXPECT_GT(fallback.counts().lost, 0U);
  fallback.keep({write});
  EXPECT_EQ(fallback.counts().lost + fallback.counts().memory_records, 10U) << "each once";
}

TEST_F(Fallbacks, spool_of_a_large_call_what_there_is_room_for) {
  auto big = sample_decision("a");
  big.facts_json = "[\"" + std::string(400'000, 'x') + "\"]";
  Fallback fallback(spool(3 << 20), 100 << 20);
  Kept kept{};
  auto write = std::make_shared<Write>();
  write->what = DecisionWrite{std::vector<DecisionRecord>(20, big), [&kept](Kept how) { kept = how; }};
  fallback.keep({write});
  EXPECT_EQ(kept, Kept::unsaved) << "not all of it is on disk";
  auto const counts = fallback.counts();
  EXPECT_GT(counts.spooled, 0U);
  EXPECT_EQ(counts.spooled + counts.memory_records, 20U);
  EXPECT_EQ(counts.lost, 0U);
}

TEST_F(Fallbacks, make_a_spool_anew_that_somebody_removed_with_what_it_held) {
  Fallback fallback(spool(1 << 20), 0);
  EXPECT_EQ(keep(fallback, "a"), Kept::spooled);
  std::filesystem::remove_all(folder_.path() / "spool");
  EXPECT_EQ(keep(fallback, "b"), Kept::spooled);
  EXPECT_THAT(drained(fallback), ElementsAre("MedicationRequest/a", "MedicationRequest/b"));
  EXPECT_FALSE(fallback.has_records());
}

TEST_F(Fallbacks, hold_records_while_no_spool_can_be_made_and_say_at_the_end_how_many_are_lost) {
  std::size_t lost = 0;
  {
    Fallback fallback(spool(1 << 20), 100 * line_, [&](std::size_t records) { lost = records; });
    std::filesystem::remove_all(folder_.path() / "spool");
    std::ofstream(folder_.path() / "spool") << "a file where the folder was";
    EXPECT_EQ(keep(fallback, "a"), Kept::unsaved);
    EXPECT_EQ(keep(fallback, "b"), Kept::unsaved);
    EXPECT_FALSE(fallback.counts().spool_writable);
    EXPECT_EQ(fallback.counts().memory_records, 2U);
    EXPECT_EQ(fallback.counts().lost, 0U);
  }
  EXPECT_EQ(lost, 2U);
}

TEST_F(Fallbacks, give_up_a_segment_when_it_is_taken_and_not_all_of_the_spool) {
  auto big = sample_decision("a");
  big.facts_json = "[\"" + std::string(3 << 20, 'x') + "\"]";
  Fallback fallback(spool(100 << 20), 0);
  Kept kept{};
  for (int i = 0; i < 4; ++i) fallback.keep({write_of(big, kept)});
  auto const all = fallback.counts().spool_bytes;
  int batches = 0;
  EXPECT_EQ(fallback.drain([&](Lines const&) { return batches++ == 0; }), 2U);
  EXPECT_EQ(fallback.counts().spool_bytes, all / 2);
}

}  // namespace
}  // namespace ivig::store
