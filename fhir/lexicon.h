#pragma once
// Phrases in free text: which are mentioned, and whether they are affirmed, denied, doubted, past or somebody else's.
// The approach is ConText's (Chapman et al.): cue words before or after a mention, each with a scope that ends at a
// sentence break, at a contrast ("but") or, for lists without "or", at a comma. The cues are data (rules/text.json).
//
// A text goes through four steps, each one pass: words (text.h), mentions and cues (here, one trie for all phrases),
// how far cues reach (scopes.h), what they say of each mention (assertions.h).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/assertions.h"
#include "fhir/prefix_trie.h"
#include "fhir/text.h"
#include "fhir/text_cues.h"

namespace ivig::fhir {

using OwnerIndex = std::uint32_t;  ///< whose phrase it is: the caller numbers its value sets, facts and results

/// `support`: no name, but a word beside which an ambiguous abbreviation of the owner means the owner.
enum class PhraseKind : std::uint8_t { synonym, broader, abbreviation, ambiguous_abbreviation, result, support };

struct Mention {
  OwnerIndex owner = 0;
  PhraseKind kind = PhraseKind::synonym;
  Assertion assertion = Assertion::affirmed;
  bool to_be_excluded =
      false;  ///< negated as a question ("rule out X"): says neither that X is there nor that it is not
  Time time = Time::current;
  ResultValue result = ResultValue::not_stated;  ///< for PhraseKind::result
  std::size_t first = 0, last = 0;               ///< token numbers, inclusive
};

/// Words of a text, by token numbers, inclusive.
struct WordSpan {
  std::size_t first = 0, last = 0;
};

/// What the phrases find in a text, and the words of caution in it that belong to none of them and to no cue that says
/// something of one: what they do to the meaning of the text is not known.
struct TextReading {
  std::vector<Mention> mentions;
  std::vector<WordSpan> unplaced;
};

/// All phrases, compiled into one trie over words: a text is read once, whatever the number of phrases.
///
///   Lexicon lexicon(cues); lexicon.add("inclusion body myositis", PhraseKind::synonym, owner);
///   std::vector<Mention> found = lexicon.find(tokenize(text));
///
/// Immutable once filled; safe to share between threads.
class Lexicon {
 public:
  explicit Lexicon(TextCues const& cues);

  /// Abbreviations match by case as well, as a whole word.
  void add(std::string_view phrase, PhraseKind kind, OwnerIndex owner);
  /// Owners of one group compete for overlapping words: the two sides of a fact, say. An owner starts as its own group.
  void join_group(OwnerIndex owner, OwnerIndex group) { of(owner).group = group; }
  /// A phrase of such an owner takes "no", "ruled out" and "resolved" away from the shorter names that it holds: "no MG
  /// exacerbation" says nothing against MG.
  void mark_qualifier(OwnerIndex owner) { of(owner).qualifier = true; }
  /// A phrase of such an owner is a treatment, product or test: "changed from X" is about it, and about no diagnosis.
  void mark_treatment(OwnerIndex owner) { of(owner).treatment = true; }
  /// When `prefix` starts a word of the text anywhere, no mention of `owner` counts in that text.
  void add_exclusion(std::string_view prefix, OwnerIndex owner);

  /// Mentions in the order of the text. Per group the longest phrase wins where phrases overlap. Mentions inside a
  /// family-history clause and those excluded are left out.
  [[nodiscard]] std::vector<Mention> find(std::string_view text, std::vector<Token> const& tokens) const {
    return read(text, tokens).mentions;
  }
  /// As `find`, with the words of caution that could not be placed.
  [[nodiscard]] TextReading read(std::string_view text, std::vector<Token> const& tokens) const;

 private:
  struct Terminal {
    OwnerIndex owner;
    PhraseKind kind;
    bool is_cue;
    Cue cue;
    std::string written;  // abbreviations: the exact letters
  };
  using NodeId = std::uint32_t;

  void add_terminal(std::string_view phrase, Terminal terminal);
  void collect(std::vector<Token> const& tokens, std::vector<Mention>& mentions, std::vector<CueHit>& cues) const;
  /// Whether a longer phrase of its group overlaps the mention at that place of `found`; `longest` in words, less one.
  [[nodiscard]] bool is_covered(std::vector<Mention> const& found, std::size_t place, std::size_t longest) const;
  /// By owner: not to be counted in this text. Empty when none is.
  [[nodiscard]] std::vector<bool> excluded_in(std::string_view text, std::vector<Mention> const& found) const;
  /// The tables for the cues' questions; nothing where there is no cue.
  [[nodiscard]] std::optional<Scopes> scopes_of(std::vector<Token> const& tokens, std::vector<CueHit> const& cues,
                                                std::vector<Mention> const& found) const;
  /// Cautions that neither a mention of `found` nor a cue in use nor a settled phrase accounts for.
  [[nodiscard]] std::vector<WordSpan> unplaced_in(std::vector<Token> const& tokens, std::vector<Mention> const& found,
                                                  std::vector<CueHit> const& cues, std::vector<char> const& used) const;
  struct Owner {
    OwnerIndex group = 0;
    bool qualifier = false;
    bool exclusions = false;
    bool treatment = false;
  };
  Owner& of(OwnerIndex owner);

  /// From a node by a word to the next node; open addressing, a power of two of slots, at most half of them full.
  struct Edge {
    std::uint64_t key = 0;
    NodeId from = 0;
    NodeId to = 0;  // 0: an empty slot; no edge leads back to the root
    std::string word;
  };
  [[nodiscard]] static std::uint64_t key_of(NodeId node, std::uint64_t word_hash);
  [[nodiscard]] NodeId next(NodeId node, std::uint64_t word_hash, std::string_view word) const;
  void add_edge(NodeId node, std::string const& word, NodeId to);

  std::vector<Edge> edges_;
  std::size_t edge_count_ = 0;
  std::vector<std::vector<Terminal>> terminals_;  // by node
  PrefixTrie exclusions_;                         // ids are owners
  std::vector<Owner> owners_;                     // by owner
};

}  // namespace ivig::fhir
