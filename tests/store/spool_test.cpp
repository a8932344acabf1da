#include "store/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace ivig::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> all_lines(Spool const& spool) {
  std::vector<std::string> lines;
  for (auto const& segment : spool.segments()) {
    auto const content = Spool::read(segment).value();
    lines.insert(lines.end(), content.lines.begin(), content.lines.end());
  }
  return lines;
}

TEST(Spool, gives_back_lines_in_the_order_they_came_even_to_another_process) {
  test::TemporaryFolder folder;
  {
    auto spool = Spool::open(folder.path() / "s", 1 << 20, 0).value();
    ASSERT_TRUE(spool.append(std::vector<std::string>{"one", "two"}));
    ASSERT_TRUE(spool.append(std::vector<std::string>{"three"}));
  }
  auto spool = Spool::open(folder.path() / "s", 1 << 20, 0).value();
  ASSERT_TRUE(spool.append(std::vector<std::string>{"four"}));
  spool.close_segment();
  EXPECT_THAT(all_lines(spool), ElementsAre("one", "two", "three", "four"));
}

TEST(Spool, tells_a_torn_line_from_a_whole_one) {
  test::TemporaryFolder folder;
  auto spool = Spool::open(folder.path() / "s", 1 << 20, 0).value();
  ASSERT_TRUE(spool.append(std::vector<std::string>{"one", "two"}));
  spool.close_segment();
  auto const segment = spool.segments().front();
  std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 2);
  auto const content = Spool::read(segment).value();
  EXPECT_THAT(content.lines, ElementsAre("one"));
  EXPECT_EQ(content.damaged, 1U);
}

TEST(Spool, takes_no_more_than_its_bound_and_counts_what_is_removed) {
  test::TemporaryFolder folder;
  auto spool = Spool::open(folder.path() / "s", 100, 0).value();
  ASSERT_TRUE(spool.append(std::vector<std::string>{std::string(60, 'x')}));
  auto const refused = spool.append(std::vector<std::string>{std::string(60, 'y')});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "store_spool_bytes");
  spool.close_segment();
  for (auto const& segment : spool.segments()) spool.remove(segment, false);
  EXPECT_EQ(spool.bytes(), 0U);
  EXPECT_TRUE(spool.append(std::vector<std::string>{std::string(60, 'y')}));
}

TEST(Spool, belongs_to_one_process_and_to_its_owner_alone) {
  test::TemporaryFolder folder;
  auto spool = Spool::open(folder.path() / "s", 100, 0);
  ASSERT_TRUE(spool);
  EXPECT_FALSE(Spool::open(folder.path() / "s", 100, 0));
  EXPECT_EQ(std::filesystem::status(folder.path() / "s").permissions(), std::filesystem::perms::owner_all);
}

TEST(Spool, leaves_no_empty_segments_behind) {
  test::TemporaryFolder folder;
  std::ofstream(folder.path() / "000000000007.spool").close();  // as after a crash
  {
    auto spool = Spool::open(folder.path(), 100, 4096).value();
    EXPECT_THAT(spool.segments(), IsEmpty());
  }
  auto spool = Spool::open(folder.path(), 100, 4096).value();
  EXPECT_THAT(spool.segments(), IsEmpty());
}

}  // namespace
}  // namespace ivig::store
