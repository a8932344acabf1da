#include "app/file_limit.h"

#include <gtest/gtest.h>

namespace ivig::app {
namespace {

TEST(FileLimit, allows_what_is_wanted_where_files_carry_it) {
  EXPECT_EQ(connections_allowed(10000, 1, files_wanted(10000, 1)).value(), 10000U);
  EXPECT_EQ(connections_allowed(10000, 3, files_wanted(10000, 3)).value(), 10000U);
  EXPECT_EQ(connections_allowed(20, 1, 1024).value(), 20U);
}

TEST(FileLimit, allows_fewer_connections_and_keeps_files_for_other_things) {
  for (std::size_t const files : {128U, 256U, 1024U, 4096U, 12000U}) {
    for (std::size_t const listeners : {1U, 2U, 5U}) {
      auto const allowed = connections_allowed(10000, listeners, files);
      ASSERT_TRUE(allowed) << files;
      EXPECT_GE(*allowed, 1U);
      EXPECT_LE(*allowed * listeners + 64, files) << listeners << " listeners";
    }
  }
}

TEST(FileLimit, refuses_to_start_with_too_few_and_says_the_numbers) {
  auto const refused = connections_allowed(10000, 1, 100);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().where, "limits.connections");
  for (char const* part : {"100 open files", "128", "12048", "10000"}) {
    EXPECT_NE(refused.error().detail.find(part), std::string::npos) << part << ": " << refused.error().detail;
  }
}

}  // namespace
}  // namespace ivig::app
