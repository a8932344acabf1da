#include "bench/allocation_count.h"

#include <atomic>
#include <cerrno>

namespace {
std::atomic<std::size_t> count{0};
void note() { count.fetch_add(1, std::memory_order_relaxed); }
}  // namespace

namespace ivig::bench {
std::size_t allocations() { return count.load(std::memory_order_relaxed); }
}  // namespace ivig::bench

// glibc's own names for what is replaced here. libstdc++'s operator new calls malloc, and so is counted too.
extern "C" {
void* libc_malloc(std::size_t size) __asm__("__libc_malloc");
void* libc_calloc(std::size_t number, std::size_t size) __asm__("__libc_calloc");
void* libc_realloc(void* memory, std::size_t size) __asm__("__libc_realloc");
void* libc_memalign(std::size_t alignment, std::size_t size) __asm__("__libc_memalign");

void* malloc(std::size_t size) {
  note();
  return libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  note();
  return libc_calloc(number, size);
}
void* realloc(void* memory, std::size_t size) {
  note();
  return libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  note();
  return libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  note();
  *memory = libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}
