#pragma once
// Work counted by the program's own instructions: the same on every machine, whatever else it does.

#include <cstddef>
#include <cstdint>

namespace ivig::fuzz {

/// A bound on work: at most `base + per_byte * bytes` steps for an input of so many bytes.
struct StepLimit {
  std::uint64_t base = 0;
  std::uint64_t per_byte = 0;
};

/// Counts the steps while it lives. A step is a basic block entered in the project's code, or 16 bytes allocated, so
/// that copying inside a library counts as well. Builds without the coverage of the fuzz preset count nothing.
class StepCount {
 public:
  StepCount();
  [[nodiscard]] std::uint64_t taken() const;
  /// Ends the process when more steps were taken than the limit allows. With the environment variable
  /// IVIG_FUZZ_STEPS=show it prints the count instead: for choosing limits.
  void require_within(StepLimit limit, std::size_t bytes) const;

 private:
  std::uint64_t before_;
};

}  // namespace ivig::fuzz
