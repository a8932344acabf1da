#include "tests/fuzz/steps.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

// Written by callbacks that the compiler and the allocator call: they have no object to count in.
std::uint64_t blocks = 0;
std::uint64_t bytes_allocated = 0;
constexpr std::uint64_t kBytesPerStep = 16;

}  // namespace

#ifdef IVIG_FUZZ
extern "C" {
// libFuzzer has an empty one of its own: the linker is told to take this in its place (CMakeLists.txt).
__attribute__((no_sanitize("coverage"))) void __wrap___sanitizer_cov_trace_pc() { ++blocks; }
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(void const volatile*, std::size_t),
                                              void (*on_free)(void const volatile*));
}

namespace {

__attribute__((no_sanitize("coverage"))) void on_malloc(void const volatile*, std::size_t bytes) {
  bytes_allocated += bytes;
}
__attribute__((no_sanitize("coverage"))) void on_free(void const volatile*) {}

void count_allocations() {
  static bool const installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
  (void)installed;
}

}  // namespace
#else
namespace {
void count_allocations() {}
}  // namespace
#endif

namespace ivig::fuzz {
namespace {

std::uint64_t steps_so_far() {
  count_allocations();
  return blocks + bytes_allocated / kBytesPerStep;
}

}  // namespace

StepCount::StepCount() : before_(steps_so_far()) {}

std::uint64_t StepCount::taken() const { return steps_so_far() - before_; }

void StepCount::require_within(StepLimit limit, std::size_t bytes) const {
  std::uint64_t const steps = taken();
  std::uint64_t const allowed = limit.base + limit.per_byte * bytes;
  char const* const show = std::getenv("IVIG_FUZZ_STEPS");
  if (show != nullptr && std::string_view(show) == "show") {
    std::fprintf(stderr, "steps\t%llu\tbytes\t%zu\tallowed\t%llu\n", static_cast<unsigned long long>(steps), bytes,
                 static_cast<unsigned long long>(allowed));
    return;
  }
  if (steps <= allowed) return;
  std::fprintf(stderr, "broken rule: %llu steps for %zu bytes; at most %llu + %llu a byte = %llu are allowed\n",
               static_cast<unsigned long long>(steps), bytes, static_cast<unsigned long long>(limit.base),
               static_cast<unsigned long long>(limit.per_byte), static_cast<unsigned long long>(allowed));
  std::abort();
}

}  // namespace ivig::fuzz
