#include "advice/treatments.h"

#include <algorithm>
#include <array>

namespace ivig::advice {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool has(TreatmentStates const& states, TreatmentState state) { return states.test(static_cast<std::size_t>(state)); }

void set(TreatmentStates& states, TreatmentState state) { states.set(static_cast<std::size_t>(state)); }

/// What the resource's own status says. Drafts, proposals and plans are no exposure. FHIR R4 EventStatus,
/// MedicationRequest status, MedicationStatement status; older versions' spellings included.
TreatmentStates states_of_status(fhir::Treatment const& treatment) {
  TreatmentStates states;
  std::string_view status = treatment.status;
  if (one_of(status, {"draft", "on-hold-before-start", "preparation", "proposed", "intended", "planned"}) ||
      one_of(treatment.intent, {"proposal", "plan", "option"})) {
    set(states, TreatmentState::planned);
    return states;
  }
  if (one_of(status, {"cancelled", "entered-in-error", "not-done", "not-taken", "aborted-before-start"})) return states;
  // A request for a procedure says that it is wanted, not that it was done.
  if (one_of(treatment.resource_type, {"ServiceRequest", "ProcedureRequest"}) && status != "completed") {
    set(states, TreatmentState::planned);
    return states;
  }
  set(states, TreatmentState::tried);
  bool event = one_of(treatment.resource_type, {"Procedure", "MedicationAdministration"});
  if (event && one_of(status, {"stopped", "aborted"})) set(states, TreatmentState::interrupted);
  if (one_of(status, {"active", "in-progress", "on-hold"})) set(states, TreatmentState::ongoing);
  if (one_of(status, {"completed", "ended"})) set(states, TreatmentState::completed);
  return states;
}

/// Words about the outcome, in the status reason, the outcome, the notes or the name itself.
void add_words(Statement const& statement, TreatmentStates& states) {
  for (auto const& match : statement.phrases) {
    if (match.owner.kind != PhraseOwner::Kind::treatment_state || match.possible) continue;
    switch (static_cast<TreatmentWord>(match.owner.state)) {
      case TreatmentWord::responded:
        set(states, match.negated ? TreatmentState::failed : TreatmentState::responded);
        break;
      case TreatmentWord::failed:
        if (!match.negated) set(states, TreatmentState::failed);
        break;
      case TreatmentWord::not_tolerated:
        if (!match.negated) set(states, TreatmentState::not_tolerated);
        break;
      case TreatmentWord::contraindicated:
        if (!match.negated) set(states, TreatmentState::contraindicated);
        break;
      case TreatmentWord::completed:
        if (!match.negated) set(states, TreatmentState::completed);
        break;
      case TreatmentWord::planned:
        if (!match.negated) {
          states.reset();
          set(states, TreatmentState::planned);
        }
        break;
      case TreatmentWord::not_given:
        if (!match.negated) states.reset();
        break;
      case TreatmentWord::incomplete:
        if (!match.negated) set(states, TreatmentState::interrupted);
        break;
    }
  }
  if (has(states, TreatmentState::interrupted)) states.reset(static_cast<std::size_t>(TreatmentState::completed));
  // Improved, then relapsed: both words stand; a later failure does not undo the response.
  if (has(states, TreatmentState::failed) || has(states, TreatmentState::responded)) set(states, TreatmentState::tried);
}

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
                     [&](SetMatch const& match) { return knowledge.treatment_sets.contains(match.set); });
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

TreatmentState treatment_state(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{"tried",           "completed", "ongoing",
                                                   "responded",       "failed",    "not-tolerated",
                                                   "contraindicated", "planned",   "interrupted"};
  auto it = std::find(kNames.begin(), kNames.end(), name);
  return static_cast<TreatmentState>(it - kNames.begin());
}

TreatmentStatement treatment_statement(Knowledge const& knowledge, fhir::Treatment const& treatment) {
  std::vector<std::string_view> more;
  auto add = [&](std::vector<fhir::Concept> const& concepts) {
    for (auto const& what : concepts) {
      if (!what.text.empty()) more.push_back(what.text);
      for (auto const& coding : what.codings) more.push_back(coding.display);
    }
  };
  add(treatment.status_reasons);
  add(treatment.outcomes);
  more.insert(more.end(), treatment.notes.begin(), treatment.notes.end());
  TreatmentStatement result;
  result.statement = recognise(knowledge, Place::treatment, treatment.what, more, true);
  result.statement.path = treatment.path;
  result.states = states_of_status(treatment);
  result.start = treatment.start;
  result.end = treatment.end;
  result.treatment = &treatment;
  add_words(result.statement, result.states);
  return result;
}

TreatmentStatement allergy_as_treatment(Knowledge const& knowledge, fhir::Allergy const& allergy) {
  TreatmentStatement result;
  result.statement = recognise(knowledge, Place::treatment, allergy.code, {}, true);
  result.statement.path = allergy.path;
  set(result.states, TreatmentState::not_tolerated);
  set(result.states, TreatmentState::contraindicated);
  return result;
}

std::vector<TreatmentStatement> treatments_in_text(Knowledge const& knowledge, Statement const& statement) {
  std::vector<TreatmentStatement> found;
  if (!tells_outcome(statement) || !names_some_treatment(knowledge, statement)) return found;
  for (auto const& sentence : parts_of(statement.words)) {
    std::vector<TreatmentStatement> parts;
    for (auto words : sentence) {
      fhir::Concept what;
      what.text = words;
      auto& part = parts.emplace_back();
      part.statement = recognise(knowledge, Place::treatment, what, {}, true);
      part.statement.path = statement.path;
      add_words(part.statement, part.states);
    }
    // "Failed A, B and C", "A, B and C failed": a name that stands alone shares the words of its neighbour.
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!names_some_treatment(knowledge, parts[i].statement)) continue;
      std::size_t told = i;
      auto tokens = fhir::tokenize(sentence[i]);
      bool alone = tokens.size() <= kLoneNameWords && tokens.front().folded != "on";
      while (alone && told > 0 && !tells_outcome(parts[told].statement)) --told;
      if (!tells_outcome(parts[told].statement)) told = i;
      while (alone && told + 1 < parts.size() && !tells_outcome(parts[told].statement)) ++told;
      auto states = parts[told].states;
      if (states.any()) found.push_back({parts[i].statement, states, {}, {}, nullptr});
    }
  }
  return found;
}

bool names_treatment(Knowledge const& knowledge, TreatmentStatement const& treatment,
                     rules::TreatmentClause const& clause, FactSide side, std::uint16_t clause_number) {
  auto holds = [&](std::string const& state) { return has(treatment.states, treatment_state(state)); };
  if (std::none_of(clause.states.begin(), clause.states.end(), holds) ||
      std::any_of(clause.without.begin(), clause.without.end(), holds)) {
    return false;
  }
  bool named = std::any_of(clause.value_sets.begin(), clause.value_sets.end(), [&](std::string const& id) {
    auto const* match = treatment.statement.match(knowledge.set(id));
    return match != nullptr && !match->broader && !match->possible;
  });
  return named || std::any_of(treatment.statement.phrases.begin(), treatment.statement.phrases.end(),
                              [&](PhraseMatch const& match) {
                                return match.owner.kind == PhraseOwner::Kind::treatment_name &&
                                       match.owner.fact.fact == side.fact && match.owner.fact.side == side.side &&
                                       match.owner.clause == clause_number && !match.negated && !match.possible;
                              });
}

bool in_time(TreatmentStatement const& treatment, rules::TreatmentClause const& clause, std::optional<base::Day> onset,
             base::Day today) {
  using Episode = rules::TreatmentClause::Episode;
  if (!clause.within_days) return true;
  auto last = treatment.end ? treatment.end : treatment.start;
  if (!last) return false;
  bool recent = (today - *last).count() <= *clause.within_days;
  if (clause.episode == Episode::any) return recent;
  bool current = onset ? *last >= *onset : recent;
  return current == (clause.episode == Episode::current);
}

}  // namespace ivig::advice
