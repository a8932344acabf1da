#include "advice/treatments.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ivig::advice {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

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
  if (status == "not-taken") set(states, TreatmentState::not_tried);
  if (one_of(status, {"cancelled", "entered-in-error", "not-done", "not-taken", "aborted-before-start"})) return states;
  // A request for a procedure says that it is wanted, not that it was done.
  if (one_of(treatment.resource_type, {"ServiceRequest", "ProcedureRequest"}) && status != "completed") {
    set(states, TreatmentState::planned);
    return states;
  }
  set(states, TreatmentState::tried);
  bool const event = one_of(treatment.resource_type, {"Procedure", "MedicationAdministration"});
  if (event && one_of(status, {"stopped", "aborted"})) set(states, TreatmentState::interrupted);
  if (one_of(status, {"active", "in-progress", "on-hold"})) set(states, TreatmentState::ongoing);
  if (one_of(status, {"completed", "ended"})) set(states, TreatmentState::completed);
  return states;
}

/// Takes back every exposure. That it must not or cannot be given stays true.
void not_given(TreatmentStates& states) {
  TreatmentStates kept;
  set(kept, TreatmentState::contraindicated);
  set(kept, TreatmentState::unavailable);
  states &= kept;
}

/// Words about the outcome, in the status reason, the outcome, the notes or the name itself.
void add_words(Statement const& statement, TreatmentStates& states) {
  bool untried = false;
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
        if (!match.negated) not_given(states);
        break;
      case TreatmentWord::not_tried: untried = untried || !match.negated; break;
      case TreatmentWord::unavailable:
        if (!match.negated) set(states, TreatmentState::unavailable);
        break;
      case TreatmentWord::neutral: break;
      case TreatmentWord::incomplete:
        if (!match.negated) set(states, TreatmentState::interrupted);
        break;
    }
  }
  auto holds = [&](TreatmentState state) { return states.test(static_cast<std::size_t>(state)); };
  // What was broken off, or is said not to be had, was not completed, whatever the status of the entry.
  bool const told = holds(TreatmentState::responded) || holds(TreatmentState::failed);
  if (holds(TreatmentState::interrupted) || (holds(TreatmentState::unavailable) && !told))
    states.reset(static_cast<std::size_t>(TreatmentState::completed));
  // "Not tolerated, declined another attempt": what was declined is something else.
  if (untried && !holds(TreatmentState::responded) && !holds(TreatmentState::failed) &&
      !holds(TreatmentState::not_tolerated)) {
    not_given(states);
    set(states, TreatmentState::not_tried);
  }
  // Improved, then relapsed: both words stand; a later failure does not undo the response.
  if (holds(TreatmentState::failed) || holds(TreatmentState::responded)) set(states, TreatmentState::tried);
}

bool holds(std::vector<fhir::SetIndex> const& sets, fhir::SetIndex set) {
  return std::find(sets.begin(), sets.end(), set) != sets.end();
}

/// Is it one of the names that this clause lists?
bool names(PhraseMatch const& match, ClauseNumber clause) {
  return match.owner.kind == PhraseOwner::Kind::treatment_name && match.owner.clause == clause;
}

/// "No steroids to date": the treatment itself is denied, and nothing is said about how it went.
bool denied(TreatmentStatement const& treatment, TreatmentUse const& use, ClauseNumber clause) {
  if (!use.states.test(static_cast<std::size_t>(TreatmentState::not_tried))) return false;
  for (auto state : {TreatmentState::responded, TreatmentState::failed, TreatmentState::not_tolerated,
                     TreatmentState::contraindicated}) {
    if (treatment.states.test(static_cast<std::size_t>(state))) return false;
  }
  auto const& sets = treatment.statement.denied_sets;
  auto const& phrases = treatment.statement.phrases;
  return std::any_of(sets.begin(), sets.end(), [&](fhir::SetIndex set) { return holds(use.sets, set); }) ||
         std::any_of(phrases.begin(), phrases.end(),
                     [&](PhraseMatch const& match) { return match.negated && names(match, clause); });
}

}  // namespace

TreatmentState treatment_state(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames{"tried",     "completed",     "ongoing",         "responded",
                                                    "failed",    "not-tolerated", "contraindicated", "planned",
                                                    "not-tried", "unavailable",   "interrupted"};
  auto it = std::find(kNames.begin(), kNames.end(), name);
  return static_cast<TreatmentState>(it - kNames.begin());
}

TreatmentStates states_of_words(Statement const& statement) {
  TreatmentStates states;
  add_words(statement, states);
  return states;
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

std::vector<ClauseNumber> clauses_named(Knowledge const& knowledge, TreatmentStatement const& treatment) {
  auto const& by_set = knowledge.clauses.treatments_by_set;
  NamedClauses named;
  for (auto const& match : treatment.statement.sets) named.add(by_set[match.set]);
  for (auto set : treatment.statement.denied_sets) named.add(by_set[set]);
  for (auto const& match : treatment.statement.phrases) {
    if (match.owner.kind == PhraseOwner::Kind::treatment_name) named.add(match.owner.clause);
  }
  return std::move(named).in_order();
}

bool fulfils(Knowledge const& knowledge, TreatmentStatement const& treatment, ClauseNumber clause) {
  auto const& use = knowledge.clauses.treatments[clause];
  if ((treatment.states & use.without).any()) return false;
  if ((treatment.states & use.states).none()) return denied(treatment, use, clause);
  auto const& sets = treatment.statement.sets;
  auto const& phrases = treatment.statement.phrases;
  return std::any_of(
             sets.begin(), sets.end(),
             [&](SetMatch const& match) { return !match.broader && !match.possible && holds(use.sets, match.set); }) ||
         std::any_of(phrases.begin(), phrases.end(), [&](PhraseMatch const& match) {
           return !match.negated && !match.possible && names(match, clause);
         });
}

bool in_time(TreatmentStatement const& treatment, rules::TreatmentClause const& clause, std::optional<base::Day> onset,
             base::Day today) {
  using Episode = rules::TreatmentClause::Episode;
  if (!clause.within_days) return true;
  auto last = treatment.end ? treatment.end : treatment.start;
  if (!last) return false;
  bool const recent = (today - *last).count() <= *clause.within_days;
  if (clause.episode == Episode::any) return recent;
  bool const current = onset ? *last >= *onset : recent;
  return current == (clause.episode == Episode::current);
}

}  // namespace ivig::advice
