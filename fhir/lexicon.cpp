#include "fhir/lexicon.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace ivig::fhir {
namespace {

std::uint64_t hash_of(std::string_view word) { return std::hash<std::string_view>()(word); }

/// A test or treatment so many words from a cue is what the cue is about.
constexpr std::size_t kNear = 4;

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
  add_all(cues.caution, Cue::caution);
  add_all(cues.caution_of_treatment, Cue::caution_of_treatment);
  add_all(cues.settled, Cue::settled);
}

void Lexicon::add(std::string_view phrase, PhraseKind kind, OwnerIndex owner) {
  of(owner);
  bool by_case = kind == PhraseKind::abbreviation || kind == PhraseKind::ambiguous_abbreviation;
  add_terminal(phrase, Terminal{owner, kind, false, Cue::scope_break, by_case ? std::string(phrase) : std::string{}});
}

Lexicon::Owner& Lexicon::of(OwnerIndex owner) {
  while (owners_.size() <= owner) owners_.push_back({static_cast<OwnerIndex>(owners_.size()), false, false, false});
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

bool Lexicon::is_covered(std::vector<Mention> const& found, std::size_t place, std::size_t longest) const {
  Mention const& mention = found[place];
  std::size_t const length = mention.last - mention.first;
  if (length == longest) return false;
  OwnerIndex const group = owners_[mention.owner].group;
  auto covers = [&](Mention const& other) {
    return other.last - other.first > length && owners_[other.owner].group == group && other.first <= mention.last &&
           mention.first <= other.last;
  };
  // Only phrases that begin near by can overlap it: none is longer than the longest.
  for (std::size_t i = place + 1; i < found.size() && found[i].first <= mention.last; ++i) {
    if (covers(found[i])) return true;
  }
  for (std::size_t i = place; i-- > 0 && found[i].first + longest >= mention.first;) {
    if (covers(found[i])) return true;
  }
  return false;
}

std::vector<bool> Lexicon::excluded_in(std::string_view text, std::vector<Mention> const& found) const {
  std::vector<bool> excluded;
  if (std::none_of(found.begin(), found.end(), [&](Mention const& m) { return owners_[m.owner].exclusions; }))
    return excluded;
  exclusions_.each(folded_text(text), [&](OwnerIndex owner) {
    excluded.resize(owners_.size());
    excluded[owner] = true;
  });
  return excluded;
}

std::optional<Scopes> Lexicon::scopes_of(std::vector<Token> const& tokens, std::vector<CueHit> const& cues,
                                         std::vector<Mention> const& found) const {
  if (cues.empty()) return std::nullopt;
  std::optional<Scopes> scopes(std::in_place, tokens, cues);
  for (Mention const& mention : found)
    scopes->add_mention(mention.first, mention.last, owners_[mention.owner].qualifier);
  scopes->close();
  return scopes;
}

std::vector<WordSpan> Lexicon::unplaced_in(std::vector<Token> const& tokens, std::vector<Mention> const& found,
                                           std::vector<CueHit> const& cues, std::vector<char> const& used) const {
  std::vector<WordSpan> unplaced;
  auto is_caution = [](Cue cue) { return cue == Cue::caution || cue == Cue::caution_of_treatment; };
  if (std::none_of(cues.begin(), cues.end(), [&](CueHit const& hit) { return is_caution(hit.cue); })) return unplaced;
  std::vector<char> placed(tokens.size(), 0);
  auto place = [&](std::size_t first, std::size_t last) {
    std::fill(placed.begin() + static_cast<std::ptrdiff_t>(first),
              placed.begin() + static_cast<std::ptrdiff_t>(last) + 1, char{1});
  };
  std::vector<std::size_t> tests(tokens.size() + 1, 0);  // by word: tests, products and treatments named before it
  for (Mention const& mention : found) {
    // One word of a qualifier ("axonal") says which kind it is, and not that this kind is in line with the name.
    if (mention.first < mention.last || !owners_[mention.owner].qualifier) place(mention.first, mention.last);
    if (mention.kind == PhraseKind::result || owners_[mention.owner].treatment) ++tests[mention.first + 1];
  }
  for (std::size_t at = 1; at < tests.size(); ++at) tests[at] += tests[at - 1];
  auto beside_test = [&](CueHit const& hit) {
    std::size_t const from = hit.first < kNear ? 0 : hit.first - kNear;
    return tests[std::min(hit.last + kNear + 1, tokens.size())] > tests[from];
  };
  for (std::size_t i = 0; i < cues.size(); ++i) {
    Cue const cue = cues[i].cue;
    bool const of_result = cue == Cue::result_positive || cue == Cue::result_negative || cue == Cue::result_pending;
    bool const in_use = i < used.size() && used[i] != 0 && (!of_result || beside_test(cues[i]));
    if (cue == Cue::settled || in_use) place(cues[i].first, cues[i].last);
  }
  std::vector<std::size_t> treatment(tokens.size() + 1, tokens.size());  // by word: the next that names a treatment
  for (Mention const& mention : found) {
    if (owners_[mention.owner].treatment) treatment[mention.first] = mention.first;
  }
  for (std::size_t at = tokens.size(); at-- > 0;) {
    bool const ends = at + 1 < tokens.size() && tokens[at + 1].breaks_before;
    if (treatment[at] != at && !ends) treatment[at] = treatment[at + 1];
  }
  for (CueHit const& hit : cues) {
    std::size_t const next = treatment[hit.last];
    if (hit.cue == Cue::caution_of_treatment && next < tokens.size() && next <= hit.last + kNear)
      place(hit.first, hit.last);
  }
  for (CueHit const& hit : cues) {
    auto const first = placed.begin() + static_cast<std::ptrdiff_t>(hit.first);
    auto const end = placed.begin() + static_cast<std::ptrdiff_t>(hit.last) + 1;
    if (is_caution(hit.cue) && std::find(first, end, char{0}) != end) unplaced.push_back({hit.first, hit.last});
  }
  return unplaced;
}

TextReading Lexicon::read(std::string_view text, std::vector<Token> const& tokens) const {
  std::vector<Mention> found;
  std::vector<CueHit> cues;
  collect(tokens, found, cues);
  if (found.empty()) return {};

  std::size_t longest = 0;
  for (auto const& m : found) longest = std::max(longest, m.last - m.first);
  std::vector<bool> const excluded = excluded_in(text, found);
  std::optional<Scopes> const scopes = scopes_of(tokens, cues, found);
  std::optional<AssertionReader> reader;
  if (scopes) reader.emplace(tokens, cues, *scopes);
  std::vector<Mention> kept;
  Mention const* read = nullptr;  // the words that `said` is about
  Said said;
  for (std::size_t i = 0; i < found.size(); ++i) {
    Mention const& mention = found[i];
    if ((scopes && scopes->of_family(mention.first)) || is_covered(found, i, longest)) continue;
    if (reader && (read == nullptr || read->first != mention.first || read->last != mention.last))
      said = reader->of(mention.first, mention.last);
    read = &mention;
    // Its cues are in use all the same: "not CIDP: multifocal motor neuropathy".
    if (!excluded.empty() && excluded[mention.owner]) continue;
    Mention& out = kept.emplace_back(mention);
    out.assertion = said.assertion;
    out.to_be_excluded = said.to_be_excluded;
    out.time = said.time;
    if (mention.kind != PhraseKind::result) continue;
    bool const titer = said.result == ResultValue::not_stated && is_titer(tokens, mention.last + 1);
    out.result = titer ? ResultValue::positive : said.result;
  }
  std::vector<WordSpan> unplaced = unplaced_in(tokens, kept, cues, reader ? reader->used() : std::vector<char>{});
  return {std::move(kept), std::move(unplaced)};
}

}  // namespace ivig::fhir
