#include "batch/problem_log.h"

#include <utility>

namespace ivig::batch {

ProblemLog::ProblemLog(ProblemLimits limits, Show show, Show keep)
    : limits_(limits), show_(std::move(show)), keep_(std::move(keep)) {}

void ProblemLog::add(Problem const& problem) {
  if (keep_) keep_(problem.line);
  if (!has_file_ || problem.file != file_) {
    end_file();
    has_file_ = true;
    file_ = problem.file;
    file_name_ = problem.file_name;
  }
  ++counts_[static_cast<std::size_t>(problem.kind)];
  ++all_;
  ++of_file_;
  if (shown_of_file_ == limits_.shown_per_file || shown_ == limits_.shown) return;
  ++shown_of_file_;
  ++shown_;
  show_(problem.line);
}

void ProblemLog::end_file() {
  // A file of which nothing was shown is in the last line only: there may be any number of them.
  if (shown_of_file_ > 0 && of_file_ > shown_of_file_) {
    show_(file_name_ + ": " + std::to_string(of_file_ - shown_of_file_) + " more that are not shown");
  }
  of_file_ = shown_of_file_ = 0;
}

void ProblemLog::end() {
  end_file();
  if (all_ == 0) return;
  std::string line = "could not be read: " + std::to_string(all_) + " (";
  bool first = true;
  for (std::size_t kind = 0; kind < counts_.size(); ++kind) {
    if (counts_[kind] == 0) continue;
    if (!std::exchange(first, false)) line += ", ";
    line += std::to_string(counts_[kind]) + " " + std::string(words_of(static_cast<ProblemKind>(kind)));
  }
  line += ")";
  if (all_ > shown_) line += "; shown: " + std::to_string(shown_);
  show_(line);
}

}  // namespace ivig::batch
