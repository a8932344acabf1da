#include "batch/progress_bar.h"

#include <algorithm>
#include <iostream>

namespace ivig::batch {

void ProgressBar::show(Progress const& progress) {
  auto const now = std::chrono::steady_clock::now();
  if (!wanted_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  constexpr int kWidth = 40;
  std::string line = "\r\033[K" + std::string(progress.phase);
  line.resize(std::max<std::size_t>(line.size(), 14), ' ');
  if (progress.whole > 0) {
    double const share = std::clamp(progress.part / progress.whole, 0.0, 1.0);
    int const filled = static_cast<int>(share * kWidth);
    line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
            std::string(static_cast<std::size_t>(kWidth - filled), '.') + "] " +
            std::to_string(static_cast<int>(share * 100)) + " %";
  } else {
    line += " " + std::to_string(static_cast<long>(progress.part / 1e6)) + " MB";
  }
  std::cerr << line << std::flush;
  drawn_ = true;
}

void ProgressBar::clear() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
  drawn_ = false;
  next_ = {};
}

}  // namespace ivig::batch
