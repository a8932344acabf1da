#pragma once
// Counts what a program does, without a clock: the edges between basic blocks that instrumented code takes
// (-fsanitize-coverage=trace-pc, which GCC and clang know), and the bytes that the C library searches, compares and
// moves for it. The same input gives the same count on every machine and under any load, so that a test can say how
// work grows. Chosen over hardware counters, which containers seldom have, and over valgrind, which is fifty times
// slower.
//
// Link step_count.cpp, not itself instrumented, and compile what is to be counted with the option. Of one thread.

#include <cstdint>

namespace ivig::test {

/// Steps of this program so far.
[[nodiscard]] std::uint64_t steps();

/// Steps that `work` takes.
template <class Work>
[[nodiscard]] std::uint64_t steps_of(Work&& work) {
  std::uint64_t const before = steps();
  work();
  return steps() - before;
}

}  // namespace ivig::test
