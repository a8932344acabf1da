#include "advice/results.h"

#include <algorithm>

namespace ivig::advice {
namespace {

using fhir::ResultValue;
using rules::Truth;

/// Positive and negative by code: interpretations and result qualifiers, listed in text.json with their systems.
ResultValue from_codes(Knowledge const& knowledge, fhir::Concept const& value) {
  auto listed = [&](char const* list, fhir::Coding const& coding) {
    auto it = knowledge.rules.text_cues.find(list);
    return it != knowledge.rules.text_cues.end() &&
           std::find(it->second.begin(), it->second.end(), coding.code) != it->second.end();
  };
  for (auto const& coding : value.codings) {
    if (listed("result_positive_codes", coding)) return ResultValue::positive;
    if (listed("result_negative_codes", coding)) return ResultValue::negative;
  }
  return ResultValue::not_stated;
}

/// The words of a value, each a sentence of its own beside the name: "anti-MAG" + "positive".
std::string value_words(fhir::Observation const& observation) {
  std::string words(observation.value_text);
  if (!observation.value_concept.text.empty()) words.append(" ").append(observation.value_concept.text);
  for (auto const& coding : observation.value_concept.codings) words.append(" ").append(coding.display);
  return words;
}

/// A quantity against the report's own range.
ResultValue from_range(fhir::Observation const& observation) {
  if (!observation.quantity || !observation.quantity->value || !observation.reference_high ||
      !observation.reference_high->value) {
    return ResultValue::not_stated;
  }
  if (observation.quantity->comparator.starts_with('<')) return ResultValue::negative;
  return *observation.quantity->value > *observation.reference_high->value ? ResultValue::positive
                                                                           : ResultValue::negative;
}

}  // namespace

ResultStatement result_statement(Knowledge const& knowledge, fhir::Observation const& observation) {
  ResultStatement result;
  result.observation = &observation;
  // Name and value are read as one sentence, so that "positive" belongs to the test before it.
  std::string words = value_words(observation);
  fhir::Concept what = observation.code;
  std::string name(what.text.empty() && !what.codings.empty() ? what.codings.front().display : what.text);
  std::string sentence = name + " " + words;
  std::vector<std::string_view> more{sentence};
  more.insert(more.end(), observation.notes.begin(), observation.notes.end());
  what.text = {};
  result.statement = recognise(knowledge, Place::result, what, more, false);
  result.statement.path = observation.path;

  if (observation.pending) {
    result.value = ResultValue::pending;
    return result;
  }
  if (observation.value_boolean)
    result.value = *observation.value_boolean ? ResultValue::positive : ResultValue::negative;
  if (result.value == ResultValue::not_stated) result.value = from_codes(knowledge, observation.value_concept);
  for (auto const& interpretation : observation.interpretations) {
    if (result.value == ResultValue::not_stated) result.value = from_codes(knowledge, interpretation);
  }
  if (result.value == ResultValue::not_stated) result.value = from_range(observation);
  for (auto const& match : result.statement.phrases) {
    if (result.value == ResultValue::not_stated && match.owner.kind == PhraseOwner::Kind::result_name)
      result.value = match.result;
  }
  return result;
}

Truth result_evidence(Knowledge const& knowledge, ResultStatement const& result, rules::ResultClause const& clause,
                      FactSide side, std::uint16_t clause_number) {
  bool named = std::any_of(clause.value_sets.begin(), clause.value_sets.end(),
                           [&](std::string const& id) { return result.statement.match(knowledge.set(id)) != nullptr; });
  named = named ||
          std::any_of(result.statement.phrases.begin(), result.statement.phrases.end(), [&](PhraseMatch const& match) {
            return match.owner.kind == PhraseOwner::Kind::result_name && match.owner.fact.fact == side.fact &&
                   match.owner.fact.side == side.side && match.owner.clause == clause_number;
          });
  if (!named) return Truth::unknown;
  if (!clause.value.empty()) {
    if (result.value == ResultValue::pending || result.value == ResultValue::not_stated) return Truth::unknown;
    bool positive = result.value == ResultValue::positive;
    return positive == (clause.value == "positive") ? Truth::yes : Truth::no;
  }
  auto const& quantity = result.observation->quantity;
  if (!quantity || !quantity->value || (quantity->unit_code != clause.unit && quantity->unit != clause.unit))
    return Truth::unknown;
  if (!clause.below.empty()) {
    auto limit = base::Decimal::parse(clause.below);
    return *quantity->value < *limit ? Truth::yes : Truth::no;
  }
  auto limit = base::Decimal::parse(clause.above);
  return *quantity->value > *limit ? Truth::yes : Truth::no;
}

}  // namespace ivig::advice
