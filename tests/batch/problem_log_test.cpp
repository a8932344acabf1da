// Problems are shown up to a number, and counted all.
#include "batch/problem_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ivig::batch {
namespace {

using Lines = std::vector<std::string>;

Problem problem(std::uint32_t file, int line, ProblemKind kind = ProblemKind::no_json) {
  std::string const name = "f" + std::to_string(file);
  return {kind, file, name, name + ":" + std::to_string(line)};
}

struct Shown {
  Lines lines, kept;
  ProblemLog log;
  explicit Shown(ProblemLimits limits)
      : log(
            limits, [this](std::string const& line) { lines.push_back(line); },
            [this](std::string const& line) { kept.push_back(line); }) {}
};

TEST(ProblemLog, shows_the_first_ones_of_each_file_and_counts_the_others) {
  Shown shown({2, 100});
  for (int line = 1; line <= 5; ++line) shown.log.add(problem(0, line));
  shown.log.add(problem(1, 7, ProblemKind::too_large));
  shown.log.end();
  EXPECT_EQ(shown.lines, (Lines{"f0:1", "f0:2", "f0: 3 more that are not shown", "f1:7",
                                "could not be read: 6 (1 beyond a limit of size, 5 no JSON); shown: 3"}));
  EXPECT_EQ(shown.kept, (Lines{"f0:1", "f0:2", "f0:3", "f0:4", "f0:5", "f1:7"}));
}

TEST(ProblemLog, shows_no_more_than_its_limit_however_many_files_there_are) {
  Shown shown({2, 5});
  for (std::uint32_t file = 0; file < 1000; ++file) {
    for (int line = 1; line <= 3; ++line) shown.log.add(problem(file, line));
  }
  shown.log.end();
  EXPECT_EQ(shown.lines.size(), 5U + 3U + 1U);
  EXPECT_EQ(shown.lines.back(), "could not be read: 3000 (3000 no JSON); shown: 5");
  EXPECT_EQ(shown.kept.size(), 3000U);
}

TEST(ProblemLog, says_nothing_when_there_was_nothing) {
  Shown shown({2, 5});
  shown.log.end();
  EXPECT_EQ(shown.lines, Lines{});
  Shown silent({0, 5});
  silent.log.add(problem(0, 1));
  silent.log.end();
  EXPECT_EQ(silent.lines, Lines{"could not be read: 1 (1 no JSON); shown: 0"});
}

}  // namespace
}  // namespace ivig::batch
