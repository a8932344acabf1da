#include "advice/results.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "advice/quantity_text.h"

namespace ivig::advice {
namespace {

using fhir::ResultValue;
using rules::Truth;

bool has_code_of(std::unordered_set<std::string> const& codes, fhir::Concept const& value) {
  return std::any_of(value.codings.begin(), value.codings.end(),
                     [&](fhir::Coding const& coding) { return codes.contains(std::string(coding.code)); });
}

/// Positive and negative by code: interpretations and result qualifiers, listed in text.json with their systems.
ResultValue from_codes(ResultCues const& cues, fhir::Concept const& value) {
  if (has_code_of(cues.positive_codes, value)) return ResultValue::positive;
  if (has_code_of(cues.negative_codes, value)) return ResultValue::negative;
  return ResultValue::not_stated;
}

/// The words of a value, each a sentence of its own beside the name: "anti-MAG" + "positive".
std::string value_words(fhir::Observation const& observation) {
  std::string words(observation.value_text);
  auto add = [&](std::string_view part) {
    if (!part.empty()) words.append(words.empty() ? "" : " ").append(part);
  };
  add(observation.value_concept.text);
  for (auto const& coding : observation.value_concept.codings) add(coding.display);
  return words;
}

bool is_valueless(fhir::Observation const& observation) {
  return !observation.quantity && !observation.value_boolean && observation.value_text.empty() &&
         observation.value_concept.empty();
}

/// "IgA", "IgA 145 mg/dL" or "IgA undetectable": nothing beside the name gives it a second meaning. "Chlamydia IgA" is
/// another test.
bool is_bare_name(Knowledge const& knowledge, std::string_view name) {
  if (name.find('?') != std::string_view::npos) return false;
  std::string const words = fhir::folded_text(name);
  std::size_t const space = words.find(' ');
  if (space == std::string::npos) return !words.empty();
  if (words[space + 1] >= '0' && words[space + 1] <= '9') return true;
  auto const& negative = knowledge.result_cues.negative;
  return std::find(negative.begin(), negative.end(), words.substr(space) + " ") != negative.end();
}

/// A word of result anywhere in a value that names no test itself: "Positive", "<0.02 nmol/L (negative)". The most
/// cautious word counts: pending beats negative beats positive.
ResultValue from_value_words(Knowledge const& knowledge, fhir::Observation const& observation) {
  std::string words = value_words(observation);
  if (words.empty()) return ResultValue::not_stated;
  auto const names_test = [&](fhir::Mention const& mention) {
    return knowledge.owners[mention.owner].kind == PhraseOwner::Kind::result_name;
  };
  auto const wording = observation.value_text.empty() ? knowledge.wordings->of(knowledge, words)
                                                      : std::make_shared<Wording const>(read_wording(knowledge, words));
  bool const panel = std::any_of(wording->mentions.begin(), wording->mentions.end(), names_test);
  std::string value = " " + fhir::folded_text(words) + " ";
  if (panel || value.size() < 3) return ResultValue::not_stated;
  auto const& cues = knowledge.result_cues;
  for (auto const& [list, meaning] :
       {std::pair{&cues.pending, ResultValue::pending}, std::pair{&cues.negative, ResultValue::negative},
        std::pair{&cues.positive, ResultValue::positive}}) {
    if (std::any_of(list->begin(), list->end(),
                    [&](std::string const& word) { return value.find(word) != std::string::npos; }))
      return meaning;
  }
  return ResultValue::not_stated;
}

/// What the words beside the names of a clause's test say; of a panel's value, only those beside this test.
ResultValue said_of(ResultStatement const& result, ClauseNumber clause) {
  for (auto const& match : result.statement.phrases) {
    if (match.owner.kind == PhraseOwner::Kind::result_name && match.owner.clause == clause &&
        match.result != ResultValue::not_stated) {
      return match.result;
    }
  }
  return ResultValue::not_stated;
}

/// A quantity against the report's own range.
ResultValue from_range(fhir::Observation const& observation) {
  if (!observation.quantity || !observation.quantity->value || !observation.reference_high ||
      !observation.reference_high->value) {
    return ResultValue::not_stated;
  }
  auto const quantity = measured(observation);
  if (!quantity) return ResultValue::not_stated;
  if (quantity->comparator.starts_with('<')) return ResultValue::negative;
  return *quantity->value > *observation.reference_high->value ? ResultValue::positive : ResultValue::negative;
}

/// Above the range that the report itself gives: by its upper limit, else by its interpretation.
Truth above_range(Knowledge const& knowledge, fhir::Observation const& observation) {
  auto const& high = observation.reference_high;
  auto quantity = measured(observation);
  if (quantity && high && high->value) {
    bool same_unit = high->unit.empty() || quantity->unit.empty() || unit_key(high->unit) == unit_key(quantity->unit);
    if (!same_unit || quantity->comparator.starts_with('<')) return Truth::unknown;
    return *quantity->value > *high->value ? Truth::yes : Truth::no;
  }
  for (auto const& interpretation : observation.interpretations) {
    if (has_code_of(knowledge.result_cues.high_codes, interpretation)) return Truth::yes;
    if (has_code_of(knowledge.result_cues.not_high_codes, interpretation)) return Truth::no;
  }
  return Truth::unknown;
}

/// Is the quantity below (or above) the limit? "<10" answers only where every value that it can stand for does.
Truth passes(fhir::Quantity const& quantity, base::Decimal limit, bool below) {
  base::Decimal value = *quantity.value;
  if (quantity.comparator.empty()) return (below ? value < limit : value > limit) ? Truth::yes : Truth::no;
  bool less = quantity.comparator.starts_with('<');
  bool strict = quantity.comparator.size() == 1;
  if (less && (value < limit || (strict && value == limit))) return below ? Truth::yes : Truth::no;
  if (!less && (value > limit || (strict && value == limit))) return below ? Truth::no : Truth::yes;
  if (value == limit) return less == below ? Truth::unknown : Truth::no;  // "<=7" may be 7 itself
  return Truth::unknown;
}

/// The `count` words of " a b c " before a place, with the spaces around them.
std::string words_before(std::string const& text, std::size_t end, std::size_t count) {
  std::size_t from = end;
  while (from > 0 && count > 0) {
    from = text.rfind(' ', from - 1);
    if (from == std::string::npos) return text.substr(0, end + 1);
    --count;
  }
  return text.substr(from, end - from + 1);
}

/// A word of the value that counts, unless it is denied just before: "no IgG kappa", "negative for IgG".
bool holds_word(Knowledge const& knowledge, std::string const& value, std::string const& word) {
  constexpr std::size_t kReach = 4;
  for (auto at = value.find(word); at != std::string::npos; at = value.find(word, at + 1)) {
    std::string const before = words_before(value, at, kReach);
    auto const& cues = knowledge.result_cues.denials;
    bool const denied = std::any_of(cues.begin(), cues.end(),
                                    [&](std::string const& cue) { return before.find(cue) != std::string::npos; });
    if (!denied) return true;
  }
  return false;
}

Truth against_limits(Knowledge const& knowledge, ResultStatement const& result, ResultUse const& use) {
  rules::ResultClause const& clause = *use.clause;
  auto const& observation = *result.observation;
  std::string words;
  if (!clause.words.empty()) {
    // Some charts write the value into the name: "ABO group A".
    std::string const said = is_valueless(observation) ? std::string(observation.code.text) : value_words(observation);
    words = " " + fhir::folded_text(said) + " ";
  }
  for (auto const& word : use.words) {
    if (holds_word(knowledge, words, word)) return Truth::yes;
  }
  if (clause.below.empty() && clause.above.empty()) return Truth::unknown;
  if (clause.without_range && above_range(knowledge, observation) != Truth::unknown) return Truth::no;
  auto quantity = measured(observation);
  if (!quantity) return Truth::unknown;
  if (clause.below_assay && quantity->comparator.starts_with('<')) return Truth::yes;
  for (auto const& limit : clause.below) {
    if (in_unit(*quantity, limit.unit)) return passes(*quantity, limit.value, true);
  }
  for (auto const& limit : clause.above) {
    if (in_unit(*quantity, limit.unit)) return passes(*quantity, limit.value, false);
  }
  return Truth::unknown;
}

/// A number that the clause has a limit for, though not in its unit or behind its sign, and that the report's own range
/// does not settle.
bool is_unreadable(Knowledge const& knowledge, fhir::Observation const& observation,
                   rules::ResultClause const& clause) {
  if (observation.pending) return false;
  auto const quantity = measured(observation);
  if (!quantity) return observation.quantity.has_value();  // a sign before it that is none
  auto known = [&](auto const& limit) { return in_unit(*quantity, limit.unit); };
  bool const any = std::any_of(clause.below.begin(), clause.below.end(), known) ||
                   std::any_of(clause.above.begin(), clause.above.end(), known);
  return !any && above_range(knowledge, observation) == Truth::unknown;
}

/// What a result of the clause's test says: yes, no, or unknown (pending, unreadable, a unit without a limit).
Truth reading(Knowledge const& knowledge, ResultStatement const& result, ClauseNumber number) {
  rules::ResultClause const& clause = *knowledge.clauses.results[number].clause;
  if (result.observation->pending) return Truth::unknown;
  if (clause.value.empty()) return against_limits(knowledge, result, knowledge.clauses.results[number]);
  if (clause.value == "above-range") return above_range(knowledge, *result.observation);
  ResultValue value = result.value != ResultValue::not_stated ? result.value : said_of(result, number);
  if (value == ResultValue::pending || value == ResultValue::not_stated) return Truth::unknown;
  return (value == ResultValue::positive) == (clause.value == "positive") ? Truth::yes : Truth::no;
}

/// Positive or negative, from whatever the report says it with.
ResultValue qualitative(Knowledge const& knowledge, fhir::Observation const& observation) {
  if (observation.pending) return ResultValue::pending;
  if (observation.value_boolean) return *observation.value_boolean ? ResultValue::positive : ResultValue::negative;
  ResultValue value = from_codes(knowledge.result_cues, observation.value_concept);
  for (auto const& interpretation : observation.interpretations) {
    if (value == ResultValue::not_stated) value = from_codes(knowledge.result_cues, interpretation);
  }
  if (value == ResultValue::not_stated) value = from_range(observation);
  if (value == ResultValue::not_stated) value = from_value_words(knowledge, observation);
  return value;
}

Statement read_name(Knowledge const& knowledge, fhir::Observation const& observation) {
  auto const& code = observation.code;
  std::string_view const name = code.text.empty() && !code.codings.empty() ? code.codings.front().display : code.text;
  // Name and value are read as one sentence, so that "positive" belongs to the test before it.
  std::string sentence(name);
  if (std::string const words = value_words(observation); !words.empty()) sentence.append(" ").append(words);
  std::vector<std::string_view> more{sentence};
  more.insert(more.end(), observation.notes.begin(), observation.notes.end());
  return recognise(knowledge, Place::result, {code.codings, {}}, more, is_bare_name(knowledge, name),
                   observation.notes.empty() && observation.value_text.empty());
}

/// Everything that read_name looks at.
bool reads_alike(fhir::Observation const& a, fhir::Observation const& b) {
  return a.code == b.code && a.value_text == b.value_text && a.value_concept == b.value_concept && a.notes == b.notes;
}

std::size_t hash_of_name(fhir::Observation const& observation) {
  std::size_t mixed = 0;
  auto add = [&mixed](std::string_view text) { mixed = mixed * 31 + std::hash<std::string_view>()(text); };
  add(observation.code.text);
  if (!observation.code.codings.empty()) add(observation.code.codings.front().code);
  add(observation.value_text);
  add(observation.value_concept.text);
  return mixed;
}

}  // namespace

std::vector<ResultStatement> result_statements(Knowledge const& knowledge,
                                               std::vector<fhir::Observation> const& observations) {
  std::vector<ResultStatement> results;
  results.reserve(observations.size());
  // A chart repeats few tests many times: each wording is read once.
  std::unordered_map<std::size_t, std::size_t> first_of;
  for (auto const& observation : observations) {
    auto const [known, is_new] = first_of.try_emplace(hash_of_name(observation), results.size());
    ResultStatement& result = results.emplace_back();
    result.observation = &observation;
    bool const again = !is_new && reads_alike(*results[known->second].observation, observation);
    result.statement = again ? results[known->second].statement : read_name(knowledge, observation);
    result.statement.path = observation.path;
    result.value = qualitative(knowledge, observation);
  }
  return results;
}

std::vector<ClauseNumber> clauses_named(Knowledge const& knowledge, ResultStatement const& result) {
  NamedClauses named;
  for (auto const& match : result.statement.sets) named.add(knowledge.clauses.results_by_set[match.set]);
  for (auto const& match : result.statement.phrases) {
    if (match.owner.kind == PhraseOwner::Kind::result_name) named.add(match.owner.clause);
  }
  return std::move(named).in_order();
}

std::vector<ResultEvidence> evidence_in_results(Knowledge const& knowledge,
                                                std::vector<ResultStatement const*> const& results, ClauseNumber number,
                                                base::Day today) {
  rules::ResultClause const& clause = *knowledge.clauses.results[number].clause;
  std::vector<ResultEvidence> found;
  for (auto const* result : results) {
    auto day = result->observation->effective;
    if (clause.within_days && day && (today - *day).count() > *clause.within_days) continue;
    Truth value = reading(knowledge, *result, number);
    if (value != Truth::unknown) found.push_back({value, result});
  }
  if (!clause.latest || found.empty()) return found;
  auto at = [](ResultEvidence const& one) { return one.from->observation->at; };
  auto latest = std::max_element(found.begin(), found.end(), [&](auto const& a, auto const& b) {
    return std::pair(at(a), a.value == Truth::yes) < std::pair(at(b), b.value == Truth::yes);
  });
  return {*latest};
}

bool is_latest_unread(Knowledge const& knowledge, std::vector<ResultStatement const*> const& results,
                      ClauseNumber number, base::Day today) {
  rules::ResultClause const& clause = *knowledge.clauses.results[number].clause;
  if (!clause.latest || (clause.below.empty() && clause.above.empty())) return false;
  fhir::Observation const* latest = nullptr;
  bool unread = false;
  for (auto const* result : results) {
    auto const& observation = *result->observation;
    auto const day = observation.effective;
    if (clause.within_days && day && (today - *day).count() > *clause.within_days) continue;
    bool const unknown =
        reading(knowledge, *result, number) == Truth::unknown && is_unreadable(knowledge, observation, clause);
    if (!unknown && (observation.pending || !measured(observation))) continue;
    if (latest != nullptr && observation.at < latest->at) continue;
    latest = &observation;
    unread = unknown;
  }
  return unread;
}

std::string shown(ResultStatement const& result) {
  std::string text = result.statement.words;
  auto const& quantity = result.observation->quantity;
  if (quantity && quantity->value) {
    std::string_view unit = quantity->unit.empty() ? quantity->unit_code : quantity->unit;
    text.append(text.empty() ? "" : " ").append(quantity->comparator).append(quantity->value->text());
    if (!unit.empty()) text.append(" ").append(unit);
  }
  if (result.observation->effective)
    text.append(" (").append(base::rfc3339(base::Now(*result.observation->effective)), 0, 10).append(")");
  return text;
}

}  // namespace ivig::advice
