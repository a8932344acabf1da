#include "advice/wordings.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "advice/knowledge.h"

namespace ivig::advice {
namespace {

/// So many words that could not be placed are quoted.
constexpr std::size_t kMostUnplaced = 3;

using fhir::Mention;
using fhir::PhraseKind;

/// The conditions that a phrase stands for, those that the record makes specific left out if `specific`.
std::vector<rules::FactIndex> conditions_of(Knowledge const& knowledge, Mention const& mention, bool specific) {
  std::vector<rules::FactIndex> conditions;
  auto add = [&](FactSide const& side) {
    auto const& fact = knowledge.rules.facts[side.fact];
    if (side.side == Side::for_it && fact.indication && !(specific && !fact.broader_of.empty()))
      conditions.push_back(side.fact);
  };
  PhraseOwner const& owner = knowledge.owners[mention.owner];
  if (owner.kind == PhraseOwner::Kind::fact_phrase) add(owner.fact);
  if (owner.kind == PhraseOwner::Kind::value_set && mention.kind != PhraseKind::broader &&
      mention.kind != PhraseKind::result && mention.kind != PhraseKind::support) {
    for (auto const& side : knowledge.clauses.facts_by_set[owner.set]) add(side);
  }
  return conditions;
}

/// "Small fiber neuropathy in lupus" does not name a neuropathy in lupus of another kind: a phrase that begins with
/// the last word of a more specific name, and goes on after it, borrows its head from that name.
void drop_borrowed_heads(Knowledge const& knowledge, std::vector<Mention>& mentions) {
  if (mentions.size() < 2) return;
  std::size_t longest = 0;
  for (auto const& mention : mentions) longest = std::max(longest, mention.last - mention.first);
  auto lends_its_head = [&](Mention const& name, std::vector<rules::FactIndex> const& ours) {
    auto theirs = conditions_of(knowledge, name, true);
    return !theirs.empty() && std::none_of(theirs.begin(), theirs.end(), [&](rules::FactIndex fact) {
      return std::find(ours.begin(), ours.end(), fact) != ours.end();
    });
  };
  auto borrowed = [&](std::size_t place) {
    Mention const& phrase = mentions[place];
    std::optional<std::vector<rules::FactIndex>> ours;
    // Mentions are in the order of the text: those that begin before it and reach it are near by.
    for (std::size_t i = place; i-- > 0 && mentions[i].first + longest >= phrase.first;) {
      Mention const& name = mentions[i];
      bool const overlaps = name.first < phrase.first && phrase.first <= name.last && name.last < phrase.last;
      if (!overlaps) continue;
      if (!ours) ours = conditions_of(knowledge, phrase, false);
      if (ours->empty()) return false;
      if (lends_its_head(name, *ours)) return true;
    }
    return false;
  };
  std::vector<char> drop;
  for (std::size_t i = 0; i < mentions.size(); ++i) {
    if (!borrowed(i)) continue;
    drop.resize(mentions.size());
    drop[i] = 1;
  }
  if (drop.empty()) return;
  std::size_t place = 0;
  std::erase_if(mentions, [&](Mention const&) { return drop[place++] != 0; });
}

/// Some word is neither part of a phrase of the facts nor a filler such as "currently".
bool names_more(Knowledge const& knowledge, std::vector<fhir::Token> const& tokens,
                std::vector<Mention> const& mentions) {
  // Asked only of what holds a phrase of some fact.
  if (std::none_of(mentions.begin(), mentions.end(), [&](Mention const& mention) {
        return knowledge.owners[mention.owner].kind == PhraseOwner::Kind::fact_phrase;
      }))
    return true;
  std::vector<char> said(tokens.size(), 0);
  for (auto const& mention : mentions) {
    if (knowledge.owners[mention.owner].kind == PhraseOwner::Kind::value_set) continue;
    std::fill(said.begin() + static_cast<std::ptrdiff_t>(mention.first),
              said.begin() + static_cast<std::ptrdiff_t>(mention.last) + 1, 1);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (said[i] == 0 && !knowledge.fillers.contains(tokens[i].folded)) return true;
  }
  return false;
}

}  // namespace

Wording read_wording(Knowledge const& knowledge, std::string_view text) {
  auto const tokens = fhir::tokenize(text);
  fhir::TextReading reading = knowledge.lexicon.read(text, tokens);
  Wording wording{std::move(reading.mentions), false, {}};
  for (fhir::WordSpan const& span : reading.unplaced) {
    auto const& end = tokens[span.last];
    wording.unplaced.emplace_back(
        text.substr(tokens[span.first].offset, end.offset + end.written.size() - tokens[span.first].offset));
    if (wording.unplaced.size() == kMostUnplaced) break;
  }
  drop_borrowed_heads(knowledge, wording.mentions);
  wording.names_more = names_more(knowledge, tokens, wording.mentions);
  return wording;
}

std::shared_ptr<Wording const> Wordings::of(Knowledge const& knowledge, std::string_view name) {
  if (name.size() > kLongest) return std::make_shared<Wording const>(read_wording(knowledge, name));
  Shard& shard = shards_[Hash()(name) % kShards];
  {
    std::shared_lock const lock(shard.mutex);
    if (auto const known = shard.known.find(name); known != shard.known.end()) return known->second;
  }
  auto read = std::make_shared<Wording const>(read_wording(knowledge, name));
  std::unique_lock const lock(shard.mutex);
  if (shard.known.size() >= kPerShard) shard.known.clear();
  return shard.known.try_emplace(std::string(name), std::move(read)).first->second;
}

std::size_t Wordings::size() const {
  std::size_t size = 0;
  for (auto const& shard : shards_) {
    std::shared_lock const lock(shard.mutex);
    size += shard.known.size();
  }
  return size;
}

}  // namespace ivig::advice
