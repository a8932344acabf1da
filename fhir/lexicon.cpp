#include "fhir/lexicon.h"

#include <algorithm>
#include <functional>

namespace ivig::fhir {
namespace {

/// A cue reaches so many words: long enough for "no evidence of acute or chronic ...", short enough not to cross
/// thoughts.
constexpr std::size_t kScopeWords = 7;
/// A result word stands close to the name of the test.
constexpr std::size_t kResultWords = 4;

bool is_or(Token const& token) { return token.folded == "or" || token.folded == "nor"; }

/// True when a scope that starts at `from` may pass the comma before `at`: only in a list that ends in "or".
bool list_goes_on(std::vector<Token> const& tokens, std::size_t at) {
  for (std::size_t i = at; i < tokens.size() && !tokens[i].breaks_before && i < at + kScopeWords; ++i) {
    if (is_or(tokens[i])) return true;
  }
  return false;
}

std::uint64_t hash_of(std::string_view word) { return std::hash<std::string_view>()(word); }

/// Written as a titer (1:25600) or a number with nothing negative about it.
bool is_titer(std::vector<Token> const& tokens, std::size_t at) {
  return at + 1 < tokens.size() && tokens[at].folded == "1" && tokens[at + 1].colon_before &&
         tokens[at + 1].folded.size() >= 2 &&
         tokens[at + 1].folded.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

Lexicon::Lexicon(TextCues const& cues) {
  terminals_.emplace_back();
  auto add_all = [&](std::vector<std::string> const& phrases, Cue cue) {
    for (auto const& phrase : phrases) add_terminal(phrase, Terminal{0, PhraseKind::synonym, true, cue, {}});
  };
  add_all(cues.negation_before, Cue::negation_before);
  add_all(cues.negation_after, Cue::negation_after);
  add_all(cues.doubt_before, Cue::doubt_before);
  add_all(cues.doubt_after, Cue::doubt_after);
  add_all(cues.past_before, Cue::past_before);
  add_all(cues.past_after, Cue::past_after);
  add_all(cues.family, Cue::family);
  add_all(cues.scope_breaks, Cue::scope_break);
  add_all(cues.pseudo_negation, Cue::pseudo_negation);
  add_all(cues.result_positive, Cue::result_positive);
  add_all(cues.result_negative, Cue::result_negative);
  add_all(cues.result_pending, Cue::result_pending);
  add_all(cues.rule_out_before, Cue::rule_out_before);
}

void Lexicon::add(std::string_view phrase, PhraseKind kind, OwnerIndex owner) {
  of(owner);
  bool by_case = kind == PhraseKind::abbreviation || kind == PhraseKind::ambiguous_abbreviation;
  add_terminal(phrase, Terminal{owner, kind, false, Cue::scope_break, by_case ? std::string(phrase) : std::string{}});
}

Lexicon::Owner& Lexicon::of(OwnerIndex owner) {
  while (owners_.size() <= owner) owners_.push_back({static_cast<OwnerIndex>(owners_.size()), false, false});
  return owners_[owner];
}

void Lexicon::add_exclusion(std::string_view prefix, OwnerIndex owner) {
  of(owner).exclusions = true;
  exclusions_.add(folded_text(prefix), owner);
}

std::uint64_t Lexicon::key_of(NodeId node, std::uint64_t word_hash) {
  std::uint64_t const mixed = (word_hash ^ node) * 0x9E3779B97F4A7C15U;
  return mixed ^ (mixed >> 32U);
}

Lexicon::NodeId Lexicon::next(NodeId node, std::uint64_t word_hash, std::string_view word) const {
  if (edges_.empty()) return 0;
  std::uint64_t const key = key_of(node, word_hash);
  for (std::size_t slot = key & (edges_.size() - 1);; slot = (slot + 1) & (edges_.size() - 1)) {
    Edge const& edge = edges_[slot];
    if (edge.to == 0) return 0;
    if (edge.key == key && edge.from == node && edge.word == word) return edge.to;
  }
}

void Lexicon::add_edge(NodeId node, std::string const& word, NodeId to) {
  auto place = [this](Edge edge) {
    std::size_t slot = edge.key & (edges_.size() - 1);
    while (edges_[slot].to != 0) slot = (slot + 1) & (edges_.size() - 1);
    edges_[slot] = std::move(edge);
  };
  if (edges_.size() < 2 * (edge_count_ + 1)) {
    std::vector<Edge> old(std::max<std::size_t>(1024, 2 * edges_.size()));
    old.swap(edges_);
    for (auto& edge : old) {
      if (edge.to != 0) place(std::move(edge));
    }
  }
  ++edge_count_;
  place({key_of(node, hash_of(word)), node, to, word});
}

void Lexicon::add_terminal(std::string_view phrase, Terminal terminal) {
  NodeId node = 0;
  auto tokens = tokenize(phrase);
  if (tokens.empty()) return;
  for (auto const& token : tokens) {
    NodeId to = next(node, hash_of(token.folded), token.folded);
    if (to == 0) {
      to = static_cast<NodeId>(terminals_.size());
      terminals_.emplace_back();
      add_edge(node, token.folded, to);
    }
    node = to;
  }
  terminals_[node].push_back(std::move(terminal));
}

void Lexicon::collect(std::vector<Token> const& tokens, std::vector<Mention>& mentions,
                      std::vector<CueHit>& cues) const {
  std::vector<std::uint64_t> hashes;
  hashes.reserve(tokens.size());
  for (auto const& token : tokens) hashes.push_back(hash_of(token.folded));
  for (std::size_t start = 0; start < tokens.size(); ++start) {
    NodeId node = 0;
    for (std::size_t at = start; at < tokens.size(); ++at) {
      node = next(node, hashes[at], tokens[at].folded);
      if (node == 0) break;
      for (auto const& terminal : terminals_[node]) {
        if (terminal.is_cue) {
          cues.push_back({terminal.cue, start, at});
        } else {
          // Abbreviations are compared as written, over all their words.
          if (!terminal.written.empty()) {
            auto const& end = tokens[at];
            std::string_view written(
                tokens[start].written.data(),
                static_cast<std::size_t>(end.written.data() + end.written.size() - tokens[start].written.data()));
            if (written != terminal.written) continue;
          }
          Mention mention;
          mention.owner = terminal.owner;
          mention.kind = terminal.kind;
          mention.first = start;
          mention.last = at;
          mentions.push_back(mention);
        }
      }
    }
  }
}

void Lexicon::assert_in_context(std::vector<Token> const& tokens, std::vector<CueHit> const& cues,
                                std::vector<Mention> const& all, bool qualified, Mention& mention) const {
  // Words between a cue and the mention may not cross a sentence break, a contrast, or the end of a list.
  auto open_between = [&](std::size_t from, std::size_t to, std::size_t reach, bool comma_before_last) {
    if (to - from > reach) return false;
    for (std::size_t i = from + 1; i <= to; ++i) {
      if (tokens[i].breaks_before) return false;
      bool set_off = comma_before_last && i == to;  // "X, ruled out"; but not X in "X, Y ruled out"
      if (tokens[i].comma_before && !set_off && !list_goes_on(tokens, i)) return false;
    }
    return std::none_of(cues.begin(), cues.end(), [&](CueHit const& cue) {
      return cue.cue == Cue::scope_break && cue.first > from && cue.last < to;
    });
  };
  auto hidden = [&](CueHit const& hit) {  // "not only", or a cue that is part of the phrase itself
    if (hit.first >= mention.first && hit.last <= mention.last) return true;
    bool denies = hit.cue == Cue::negation_before || hit.cue == Cue::negation_after || hit.cue == Cue::rule_out_before;
    return denies && std::any_of(cues.begin(), cues.end(), [&](CueHit const& other) {
             return other.cue == Cue::pseudo_negation && other.first <= hit.first && other.last >= hit.last;
           });
  };
  // "Not X: Y" denies X alone; "rule out the following: Y" goes on to what it is about.
  auto spent_at_colon = [&](CueHit const& hit) {
    for (std::size_t i = hit.last + 1; i <= mention.first; ++i) {
      if (!tokens[i].colon_before) continue;
      return std::any_of(all.begin(), all.end(),
                         [&](Mention const& other) { return other.first > hit.last && other.last < i; });
    }
    return false;
  };
  // "X, possible Y": the doubt is about Y.
  auto of_the_next = [&](CueHit const& hit) {
    return tokens[hit.first].comma_before &&
           std::any_of(all.begin(), all.end(), [&](Mention const& other) { return other.first == hit.last + 1; });
  };
  // "No GBS relapse" denies the relapse and not the GBS in it; "no worsening", itself a phrase, denies the worsening.
  auto of_the_phrase = [&](CueHit const& hit) {
    return std::any_of(all.begin(), all.end(), [&](Mention const& other) {
      return owners_[other.owner].qualifier && other.first <= mention.first && mention.last <= other.last &&
             other.first <= hit.first && hit.last <= other.last;
    });
  };
  for (auto const& hit : cues) {
    if (hidden(hit)) continue;
    bool const said_of_it = !qualified || of_the_phrase(hit);
    bool before =
        hit.last < mention.first && open_between(hit.last, mention.first, kScopeWords, false) && !spent_at_colon(hit);
    bool after = hit.first > mention.last && open_between(mention.last, hit.first, kScopeWords, true);
    bool near = (hit.last < mention.first && open_between(hit.last, mention.first, kResultWords, false)) ||
                (hit.first > mention.last && open_between(mention.last, hit.first, kResultWords, false));
    bool negates = (hit.cue == Cue::negation_before && before) || (hit.cue == Cue::negation_after && after);
    if (negates && said_of_it) mention.assertion = Assertion::negated;
    if (hit.cue == Cue::rule_out_before && before && said_of_it) {
      // Two spellings of one cue may hit the same words.
      if (mention.assertion != Assertion::negated) mention.to_be_excluded = true;
      mention.assertion = Assertion::negated;
    }
    bool doubt =
        (hit.cue == Cue::doubt_before && before) || (hit.cue == Cue::doubt_after && after && !of_the_next(hit));
    if (doubt && mention.assertion == Assertion::affirmed) mention.assertion = Assertion::possible;
    bool past = (hit.cue == Cue::past_before && before) || (hit.cue == Cue::past_after && after);
    if (past && said_of_it) mention.time = Time::past;
    if (mention.kind != PhraseKind::result || !near) continue;
    // The last word on a test is the most cautious one: pending beats negative beats positive.
    if (hit.cue == Cue::result_positive && mention.result == ResultValue::not_stated)
      mention.result = ResultValue::positive;
    if (hit.cue == Cue::result_negative && mention.result != ResultValue::pending)
      mention.result = ResultValue::negative;
    if (hit.cue == Cue::result_pending) mention.result = ResultValue::pending;
  }
  if (mention.kind == PhraseKind::result && mention.result == ResultValue::not_stated &&
      is_titer(tokens, mention.last + 1)) {
    mention.result = ResultValue::positive;
  }
}

std::vector<Mention> Lexicon::find(std::string_view text, std::vector<Token> const& tokens) const {
  std::vector<Mention> found;
  std::vector<CueHit> cues;
  collect(tokens, found, cues);
  if (found.empty()) return found;

  // Per group the longest phrase wins where phrases overlap.
  std::size_t longest = 0;
  for (auto const& m : found) longest = std::max(longest, m.last - m.first);
  auto covered = [&](Mention const& m) {
    return m.last - m.first < longest && std::any_of(found.begin(), found.end(), [&](Mention const& other) {
             bool longer = other.last - other.first > m.last - m.first;
             return longer && owners_[other.owner].group == owners_[m.owner].group && other.first <= m.last &&
                    m.first <= other.last;
           });
  };
  // Somebody else's disease: everything after the cue up to the end of its sentence.
  bool const any_family =
      std::any_of(cues.begin(), cues.end(), [](CueHit const& cue) { return cue.cue == Cue::family; });
  auto family = [&](Mention const& m) {
    return any_family && std::any_of(cues.begin(), cues.end(), [&](CueHit const& cue) {
             if (cue.cue != Cue::family) return false;
             std::size_t from = std::min(cue.first, m.first);
             std::size_t to = std::max(cue.first, m.first);
             return std::none_of(tokens.begin() + static_cast<std::ptrdiff_t>(from) + 1,
                                 tokens.begin() + static_cast<std::ptrdiff_t>(to) + 1,
                                 [](Token const& token) { return token.breaks_before; });
           });
  };
  std::vector<OwnerIndex> excluded;
  if (std::any_of(found.begin(), found.end(), [&](Mention const& m) { return owners_[m.owner].exclusions; }))
    exclusions_.each(folded_text(text), [&](OwnerIndex owner) { excluded.push_back(owner); });
  std::vector<Mention> kept;
  for (auto const& mention : found) {
    if (covered(mention) || family(mention) ||
        std::find(excluded.begin(), excluded.end(), mention.owner) != excluded.end())
      continue;
    kept.push_back(mention);
    bool qualified =
        mention.last - mention.first < longest && std::any_of(found.begin(), found.end(), [&](Mention const& other) {
          return owners_[other.owner].qualifier && other.first <= mention.first && mention.last <= other.last &&
                 other.last - other.first > mention.last - mention.first;
        });
    assert_in_context(tokens, cues, found, qualified, kept.back());
  }
  return kept;
}

}  // namespace ivig::fhir
