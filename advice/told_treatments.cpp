#include "advice/told_treatments.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace ivig::advice {
namespace {

/// A part of so many words is a name, perhaps with a dose: "prednisone 60 mg", "and methotrexate".
constexpr std::size_t kLoneNameWords = 3;

bool tells_outcome(Statement const& statement) {
  return std::any_of(statement.phrases.begin(), statement.phrases.end(),
                     [](PhraseMatch const& match) { return match.owner.kind == PhraseOwner::Kind::treatment_state; });
}

bool names_some_treatment(Knowledge const& knowledge, Statement const& statement) {
  return std::any_of(statement.phrases.begin(), statement.phrases.end(),
                     [](PhraseMatch const& match) {
                       return match.owner.kind == PhraseOwner::Kind::treatment_name && !match.negated;
                     }) ||
         std::any_of(statement.sets.begin(), statement.sets.end(),
                     [&](SetMatch const& match) { return !knowledge.clauses.treatments_by_set[match.set].empty(); });
}

/// The parts of a text between commas and contrasts, by sentence: what is said of one treatment is not said of another.
std::vector<std::vector<std::string_view>> parts_of(std::string_view text) {
  constexpr std::array<std::string_view, 4> kContrasts{" but ", " then ", " while ", " whereas "};
  std::vector<std::vector<std::string_view>> sentences(1);
  std::size_t from = 0;
  auto cut = [&](std::size_t at, std::size_t length) {
    if (at > from) sentences.back().push_back(text.substr(from, at - from));
    from = at + length;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    bool stop =
        text[at] == ';' || text[at] == '\n' || (text[at] == '.' && (at + 1 == text.size() || text[at + 1] == ' '));
    if (stop || text[at] == ',') cut(at, 1);
    if (stop) sentences.emplace_back();
    for (auto contrast : kContrasts) {
      if (text.substr(at).starts_with(contrast)) cut(at, contrast.size());
    }
  }
  cut(text.size(), 0);
  return sentences;
}

}  // namespace

TreatmentStatement allergy_as_treatment(Knowledge const& knowledge, fhir::Allergy const& allergy) {
  TreatmentStatement result;
  result.statement = recognise(knowledge, Place::treatment, allergy.code, {}, true);
  result.statement.path = allergy.path;
  for (auto state : {TreatmentState::not_tolerated, TreatmentState::contraindicated})
    result.states.set(static_cast<std::size_t>(state));
  return result;
}

namespace {

/// The part whose words on the outcome go for each part of a sentence. "Failed A, B and C", "A, B and C failed": a name
/// that stands alone shares the words of its neighbour, of the one before it first.
class TellingParts {
 public:
  explicit TellingParts(std::vector<TreatmentStatement> const& parts) : before_(parts.size()), after_(parts.size()) {
    std::size_t last = kNone;
    for (std::size_t i = 0; i < parts.size(); ++i) before_[i] = last = tells_outcome(parts[i].statement) ? i : last;
    std::size_t next = parts.size() - 1;
    for (std::size_t i = parts.size(); i-- > 0;) after_[i] = next = tells_outcome(parts[i].statement) ? i : next;
  }

  [[nodiscard]] std::size_t of(std::size_t part, bool alone) const {
    if (!alone) return part;
    return before_[part] != kNone ? before_[part] : after_[part];
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> before_, after_;  // by part: the nearest that tells; after the last one, the last part
};

}  // namespace

std::vector<TreatmentStatement> treatments_in_text(Knowledge const& knowledge, Statement const& statement) {
  std::vector<TreatmentStatement> found;
  if (!tells_outcome(statement) || !names_some_treatment(knowledge, statement)) return found;
  for (auto const& sentence : parts_of(statement.words)) {
    if (sentence.empty()) continue;
    std::vector<TreatmentStatement> parts;
    for (auto words : sentence) {
      fhir::Concept what;
      what.text = words;
      auto& part = parts.emplace_back();
      part.statement = recognise(knowledge, Place::treatment, what, {}, true);
      part.statement.path = statement.path;
      part.states = states_of_words(part.statement);
    }
    TellingParts const telling(parts);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!names_some_treatment(knowledge, parts[i].statement)) continue;
      auto tokens = fhir::tokenize(sentence[i]);
      bool alone = tokens.size() <= kLoneNameWords && tokens.front().folded != "on";
      auto states = parts[telling.of(i, alone)].states;
      if (states.any()) found.push_back({parts[i].statement, states, {}, {}, nullptr});
    }
  }
  return found;
}

}  // namespace ivig::advice
