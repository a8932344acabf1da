#pragma once
// What the phrases of the rule set find in a text, and a memory for it: charts name the same few thousand problems,
// drugs and tests again and again.

#include <array>
#include <cstddef>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/lexicon.h"

namespace ivig::advice {

struct Knowledge;

/// A text as read. Depends on the text and the rule set alone.
struct Wording {
  std::vector<fhir::Mention> mentions;  ///< in the order of the text, borrowed heads left out
  bool names_more = false;              ///< holds words beyond the phrases of facts
  std::vector<std::string> unplaced;    ///< words of caution that belong to nothing that was read, as written
};

/// Reads a text, remembering nothing.
[[nodiscard]] Wording read_wording(Knowledge const& knowledge, std::string_view text);

/// The readings of names: short texts that were read before. Bounded, in memory only, and gone with the rule set that
/// they were read by. Safe to share between threads.
class Wordings {
 public:
  /// Longer texts are no names of a problem, drug or test.
  static constexpr std::size_t kLongest = 160;
  static constexpr std::size_t kShards = 16;
  /// A shard that is full is emptied: what is in use comes back at once.
  static constexpr std::size_t kPerShard = 512;

  /// As read_wording.
  [[nodiscard]] std::shared_ptr<Wording const> of(Knowledge const& knowledge, std::string_view name);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<Wording const>, Hash, std::equal_to<>> known;
  };
  std::array<Shard, kShards> shards_;
};

}  // namespace ivig::advice
