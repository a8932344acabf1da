#pragma once
// Counts calls of operator new in this program. In a translation unit of its own, so that the compiler cannot see through
// the replaced operators and pair them wrongly.

#include <cstddef>

namespace ivig::bench {

/// Allocations of the program so far, of all threads.
[[nodiscard]] std::size_t allocations();

}  // namespace ivig::bench
