#pragma once
// Problems as a person can bear them: the first ones of each file, then numbers.

#include <cstdint>
#include <functional>
#include <string>

#include "batch/problem.h"

namespace ivig::batch {

struct ProblemLimits {
  std::uint64_t shown_per_file = 20;  ///< --show-problems
  std::uint64_t shown = 1000;         ///< of all files together
};

/// Memory does not grow with the number of problems. Not thread-safe.
class ProblemLog {
 public:
  using Show = std::function<void(std::string const& line)>;

  /// `show` gets the lines for a person. `keep`, if there is one, gets the line of every problem as it comes.
  ProblemLog(ProblemLimits limits, Show show, Show keep);

  /// Problems come file by file; a file that comes again counts as another.
  void add(Problem const& problem);
  /// Says what was not shown, and how many problems of which kind there were. Nothing when there was none.
  void end();

  [[nodiscard]] ProblemCounts const& counts() const { return counts_; }

 private:
  void end_file();

  ProblemLimits limits_;
  Show show_, keep_;
  ProblemCounts counts_{};
  std::uint64_t all_ = 0, shown_ = 0;
  bool has_file_ = false;
  std::uint32_t file_ = 0;
  std::string file_name_;
  std::uint64_t of_file_ = 0, shown_of_file_ = 0;
};

}  // namespace ivig::batch
