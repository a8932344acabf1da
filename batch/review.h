#pragma once
// `ivig-cds review`: many orders in, one result an order out, in the order of the input, whatever the number of
// threads.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "advice/knowledge.h"
#include "batch/line_source.h"
#include "batch/options.h"
#include "batch/problem.h"

namespace ivig::batch {

/// How far a review is: for a progress bar.
struct Progress {
  std::string_view phase;
  double part = 0, whole = 0;  ///< whole 0: not known
};

/// Where results go. Every function is called by one thread at a time.
struct Receiver {
  std::function<bool(std::string_view text)> order;  ///< order_text of one order; false: nobody reads any more
  std::function<bool()> pause;                       ///< what was handed over should now be seen; false as above
  /// Those that the first reading finds come as they are found, and in the order of the input; then those of the
  /// second.
  std::function<void(Problem const&)> problem;
  std::function<void(Progress const&)> progress;
};

struct Totals {
  std::uint64_t orders = 0, problems = 0;
  std::uint64_t bytes = 0, lines = 0;
};

/// Reviews everything that `files` hold. Throws std::system_error or std::filesystem::filesystem_error when the disk
/// refuses what an export needs. Problems with input are counted and told, and end nothing.
[[nodiscard]] Totals review(advice::Knowledge const& knowledge, Options const& options,
                            std::vector<InputFile> const& files, Receiver const& receiver);

}  // namespace ivig::batch
