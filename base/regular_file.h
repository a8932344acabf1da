#pragma once
// Files that are named by somebody else: opened only when they are regular files, and read up to a limit.

#include <cstddef>
#include <string>
#include <utility>

#include "base/result.h"

namespace ivig::base {

/// An open file, closed with its owner.
class OwnedDescriptor {
 public:
  OwnedDescriptor() = default;
  explicit OwnedDescriptor(int descriptor) : descriptor_(descriptor) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  OwnedDescriptor(OwnedDescriptor const&) = delete;
  OwnedDescriptor& operator=(OwnedDescriptor const&) = delete;
  ~OwnedDescriptor();

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// Opens a regular file for reading. Never waits for anybody (a FIFO's writer, a terminal), and looks at what was
/// opened, not at what the name meant before. Errors: io, with why and without the name.
[[nodiscard]] Result<OwnedDescriptor> open_regular_file(std::string const& path);

/// What is left in the descriptor. Errors: io; too_large when it is more than `limit` bytes, of which no more is read
/// than the limit and one block.
[[nodiscard]] Result<std::string> read_rest(int descriptor, std::size_t limit);

/// The longest file of settings, rules, keys or certificates that is read.
inline constexpr std::size_t kLargestSettings = std::size_t{16} * 1024 * 1024;

/// The whole of a regular file. Errors: those of open_regular_file and read_rest.
[[nodiscard]] Result<std::string> read_regular_file(std::string const& path, std::size_t limit = kLargestSettings);

}  // namespace ivig::base
