#pragma once
// Which keys were marked, in a fixed number of bits: a key that was marked is always found, one that was not is found
// now and then. Whoever uses it must not mind a few too many.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ivig::batch {

class Marks {
 public:
  /// `bits` is a power of two; fewer than 64 are taken for 64.
  explicit Marks(std::size_t bits) : words_(std::max<std::size_t>(bits, 64) / 64), mask_(words_.size() * 64 - 1) {}

  /// Safe on several threads at once.
  void set(std::uint64_t key) {
    std::uint64_t const bit = spread(key);
    words_[bit / 64].fetch_or(std::uint64_t{1} << (bit % 64), std::memory_order_relaxed);
  }
  [[nodiscard]] bool test(std::uint64_t key) const {
    std::uint64_t const bit = spread(key);
    return (words_[bit / 64].load(std::memory_order_relaxed) >> (bit % 64) & 1U) != 0;
  }

 private:
  [[nodiscard]] std::uint64_t spread(std::uint64_t key) const { return (key ^ key >> 32U) & mask_; }

  std::vector<std::atomic<std::uint64_t>> words_;
  std::uint64_t mask_;
};

}  // namespace ivig::batch
