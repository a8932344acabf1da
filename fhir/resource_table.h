#pragma once
// Resources by two names, in one block of memory. A chart of hundreds is filled anew for every call.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/json_value.h"

namespace ivig::fhir {

/// Maps a type and a name (an id, a URL) to a resource; the first of equal keys wins. Open addressing over a power of
/// two of slots, at most half of them full. The names are views: what they are read from must outlive the table.
class ResourceTable {
 public:
  /// False when there is one already.
  bool add(std::string_view type, std::string_view name, base::Json const* resource) {
    if (slots_.size() < 2 * (count_ + 1)) grow();
    Slot& slot = slots_[place_of(slots_, type, name)];
    if (slot.resource != nullptr) return false;
    slot = {type, name, resource};
    ++count_;
    return true;
  }

  /// nullptr when there is none.
  [[nodiscard]] base::Json const* find(std::string_view type, std::string_view name) const {
    return slots_.empty() ? nullptr : slots_[place_of(slots_, type, name)].resource;
  }

 private:
  struct Slot {
    std::string_view type, name;
    base::Json const* resource = nullptr;
  };

  /// Where the key is, or would be put.
  static std::size_t place_of(std::vector<Slot> const& slots, std::string_view type, std::string_view name) {
    std::hash<std::string_view> const hash;
    std::uint64_t const mixed = (hash(name) * 31 + hash(type)) * 0x9E3779B97F4A7C15U;
    std::size_t place = (mixed >> 32U) & (slots.size() - 1);
    while (slots[place].resource != nullptr && !(slots[place].name == name && slots[place].type == type))
      place = (place + 1) & (slots.size() - 1);
    return place;
  }

  void grow() {
    std::vector<Slot> more(std::max<std::size_t>(32, 4 * slots_.size()));
    for (Slot const& slot : slots_) {
      if (slot.resource != nullptr) more[place_of(more, slot.type, slot.name)] = slot;
    }
    slots_ = std::move(more);
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace ivig::fhir
