#pragma once
// The listed word that a misspelt one was meant to be.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ivig::base {

/// Letters to add, drop, change, or swap with the next one, from `a` to `b` (optimal string alignment).
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      bool const swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

/// The nearest of `words`; empty when none is near: a third of its letters at most are other ones. Of two that are
/// equally near, the first.
template <class Words>
[[nodiscard]] std::string_view nearest(std::string_view word, Words const& words) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (std::string_view const one : words) {
    std::size_t const distance = edit_distance(word, one);
    if (distance < least) {
      least = distance;
      best = one;
    }
  }
  return best;
}

/// " (did you mean \"x\"?)", or nothing.
template <class Words>
[[nodiscard]] std::string did_you_mean(std::string_view word, Words const& words) {
  std::string_view const best = nearest(word, words);
  return best.empty() ? std::string() : " (did you mean \"" + std::string(best) + "\"?)";
}

}  // namespace ivig::base
