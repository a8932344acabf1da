#pragma once
// How far cues reach in one text. One pass over the words, the cues and the mentions fills a table by word; every
// question about two places is then answered from it without looking at what lies between, so that a text costs its
// length whatever it holds.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "fhir/text.h"
#include "fhir/text_cues.h"

namespace ivig::fhir {

/// A cue reaches so many words: long enough for "no evidence of acute or chronic ...", short enough not to cross
/// thoughts.
inline constexpr std::size_t kScopeWords = 7;

class Scopes {
 public:
  /// `tokens` must hold at least one word and outlive this object.
  Scopes(std::vector<Token> const& tokens, std::vector<CueHit> const& cues);

  /// A phrase of the text, whoever owns it. To be called for all of them, then `close`, before any question.
  void add_mention(std::size_t first, std::size_t last, bool qualifier);
  void close();

  /// Whether words between `from` and `to`, `from` < `to`, cross no sentence break, no contrast and no end of a list.
  /// `set_off`: a comma right before `to` does not count: "X, ruled out"; but not X in "X, Y ruled out".
  [[nodiscard]] bool open_between(std::size_t from, std::size_t to, bool set_off) const {
    Place const& start = places_[from];
    return start.sentence == places_[to].sentence && start.list_ends == places_[set_off ? to - 1 : to].list_ends &&
           places_[from + 1].break_end >= to;
  }
  /// Inside a cue that only looks like a negation: "not only".
  [[nodiscard]] bool is_pseudo(CueHit const& hit) const { return places_[hit.first].pseudo_end > hit.last; }
  /// "Not X: Y" denies X alone; "rule out the following: Y" goes on to what it is about, the mention at `first`.
  [[nodiscard]] bool spent_at_colon(CueHit const& hit, std::size_t first) const {
    Place const& next = places_[hit.last + 1];
    return next.colon <= first && next.mention_end < next.colon;
  }
  /// "X, possible Y": the doubt is about Y.
  [[nodiscard]] bool of_the_next(CueHit const& hit) const {
    return tokens_[hit.first].comma_before && hit.last + 1 < places_.size() && places_[hit.last + 1].mention_begins;
  }
  /// One phrase of a qualifier holds all words from `first` to `last`.
  [[nodiscard]] bool in_qualifier(std::size_t first, std::size_t last) const {
    return places_[first].qualifier_end > last;
  }
  /// As in_qualifier, and the phrase is longer than these words.
  [[nodiscard]] bool in_longer_qualifier(std::size_t first, std::size_t last) const {
    return in_qualifier(first, last + 1) || (first > 0 && in_qualifier(first - 1, last));
  }
  /// In a sentence about the family: somebody else's disease.
  [[nodiscard]] bool of_family(std::size_t at) const { return places_[places_[at].sentence].family; }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  void number_words();
  void add_cue(CueHit const& hit);

  /// Of one word. `..._end` of what begins here or later is the lowest last word, of what begins here or before the
  /// highest last word plus one.
  struct Place {
    std::uint32_t sentence = 0;         ///< sentence breaks up to here
    std::uint32_t list_ends = 0;        ///< commas up to here that end a scope
    std::uint32_t colon = kNone;        ///< the next word, from here on, with a colon before it
    std::uint32_t break_end = kNone;    ///< contrasts that begin here or later
    std::uint32_t mention_end = kNone;  ///< mentions that begin here or later
    std::uint32_t pseudo_end = 0;       ///< pseudo-negations that begin here or before
    std::uint32_t qualifier_end = 0;    ///< phrases of qualifiers that begin here or before
    bool mention_begins = false;
    bool family = false;  ///< by number of a sentence, not by word: it is about the family
  };

  std::vector<Token> const& tokens_;
  std::vector<Place> places_;
};

}  // namespace ivig::fhir
