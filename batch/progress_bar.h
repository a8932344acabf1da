#pragma once
// A progress bar on a terminal.

#include <chrono>
#include <string>

#include "batch/review.h"

namespace ivig::batch {

/// Draws over one line of standard error, at most ten times a second; draws nothing when `wanted` is false.
class ProgressBar {
 public:
  explicit ProgressBar(bool wanted) : wanted_(wanted) {}
  void show(Progress const& progress);
  /// Takes the bar away, so that a message can be written; the next show draws it again.
  void clear();

 private:
  bool wanted_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace ivig::batch
