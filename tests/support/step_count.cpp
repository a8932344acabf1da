#include "tests/support/step_count.h"

#include <cstddef>

namespace {

std::uint64_t count = 0;

/// The C library takes many bytes at a time: sixteen are one step.
void note_bytes(std::size_t bytes) { count += 1 + bytes / 16; }

}  // namespace

namespace ivig::test {
std::uint64_t steps() { return count; }
}  // namespace ivig::test

// Called by instrumented code at every basic block. The functions below take the place of the C library's for the whole
// program, libstdc++ included: std::string::find is loops over memchr and memcmp in a library that nobody instruments.
// They are plain loops; the file is compiled so that they are not made into calls of themselves.
extern "C" {

void count_step() __asm__("__sanitizer_cov_trace_pc");
void count_step() { ++count; }

void* memchr(void const* text, int wanted, std::size_t size) {
  auto const* at = static_cast<unsigned char const*>(text);
  auto const letter = static_cast<unsigned char>(wanted);
  for (std::size_t i = 0; i < size; ++i) {
    if (at[i] != letter) continue;
    note_bytes(i);
    return const_cast<unsigned char*>(at + i);  // NOLINT(cppcoreguidelines-pro-type-const-cast): as the C library does
  }
  note_bytes(size);
  return nullptr;
}

int memcmp(void const* a, void const* b, std::size_t size) {
  auto const* left = static_cast<unsigned char const*>(a);
  auto const* right = static_cast<unsigned char const*>(b);
  std::size_t i = 0;
  while (i < size && left[i] == right[i]) ++i;
  note_bytes(i);
  return i == size ? 0 : left[i] < right[i] ? -1 : 1;
}

void* memcpy(void* to, void const* from, std::size_t size) {
  auto* out = static_cast<unsigned char*>(to);
  auto const* in = static_cast<unsigned char const*>(from);
  for (std::size_t i = 0; i < size; ++i) out[i] = in[i];
  note_bytes(size);
  return to;
}

void* memmove(void* to, void const* from, std::size_t size) {
  auto* out = static_cast<unsigned char*>(to);
  auto const* in = static_cast<unsigned char const*>(from);
  if (out < in) {
    for (std::size_t i = 0; i < size; ++i) out[i] = in[i];
  } else {
    for (std::size_t i = size; i-- > 0;) out[i] = in[i];
  }
  note_bytes(size);
  return to;
}

/// Counted as linear, as the C library's is (two-way search).
void* memmem(void const* text, std::size_t size, void const* wanted, std::size_t length) {
  auto const* at = static_cast<unsigned char const*>(text);
  auto const* letters = static_cast<unsigned char const*>(wanted);
  note_bytes(size + length);
  for (std::size_t i = 0; i + length <= size; ++i) {
    std::size_t same = 0;
    while (same < length && at[i + same] == letters[same]) ++same;
    if (same == length) return const_cast<unsigned char*>(at + i);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  return nullptr;
}
}
