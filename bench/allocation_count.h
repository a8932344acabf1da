#pragma once
// Counts allocations in this program: every call of malloc and its kin, and with them of operator new. In a translation
// unit of its own, so that the compiler cannot see through the replaced functions and pair them wrongly. With glibc,
// and not under a sanitizer, which brings its own.

#include <cstddef>

namespace ivig::bench {

/// Allocations of the program so far, of all threads.
[[nodiscard]] std::size_t allocations();

}  // namespace ivig::bench
