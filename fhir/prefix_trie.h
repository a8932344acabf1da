#pragma once
// Phrases that begin at the start of a word of a folded text, all looked for in one pass.

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace ivig::fhir {

/// A trie over letters. Immutable once filled; safe to share between threads.
///
///   PrefixTrie trie; trie.add("anti d", 7);
///   trie.each(folded_text(text), [](std::uint32_t id) { ... });
///
/// A phrase ends anywhere, in the middle of a word too, unless its last letter is a space; the text then needs one at
/// its end as well.
class PrefixTrie {
 public:
  PrefixTrie() : nodes_(1) {}

  /// `phrase` as folded_text writes it.
  void add(std::string_view phrase, std::uint32_t id) {
    std::uint32_t node = 0;
    for (char letter : phrase) {
      std::uint32_t to = step(node, letter);
      if (to == 0) {
        to = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
        if (node == 0) first_[static_cast<unsigned char>(letter)] = to;
        else nodes_[node].next.emplace_back(letter, to);
      }
      node = to;
    }
    nodes_[node].ids.push_back(id);
  }

  /// Calls f(id) for every phrase that starts a word of `text`, in the order of the text, shorter phrases first.
  template <class F>
  void each(std::string_view text, F&& f) const {
    for (std::size_t start = 0; start < text.size(); ++start) {
      std::uint32_t node = first_[static_cast<unsigned char>(text[start])];
      for (std::size_t at = start + 1; node != 0; ++at) {
        for (std::uint32_t id : nodes_[node].ids) f(id);
        node = at < text.size() ? step(node, text[at]) : 0;
      }
      start = text.find(' ', start);
      if (start == std::string_view::npos) return;
    }
  }

 private:
  struct Node {
    std::vector<std::pair<char, std::uint32_t>> next;
    std::vector<std::uint32_t> ids;
  };

  /// The next node; 0 where there is none.
  [[nodiscard]] std::uint32_t step(std::uint32_t node, char letter) const {
    if (node == 0) return first_[static_cast<unsigned char>(letter)];
    for (auto const& [next, to] : nodes_[node].next) {
      if (next == letter) return to;
    }
    return 0;
  }

  std::array<std::uint32_t, 256> first_{};  ///< from the root: most words end here
  std::vector<Node> nodes_;
};

}  // namespace ivig::fhir
