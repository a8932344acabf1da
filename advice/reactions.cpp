#include "advice/reactions.h"

#include <algorithm>
#include <iterator>

namespace ivig::advice {
namespace {

using Source = ReactionStatement::Source;

bool holds(std::vector<fhir::SetIndex> const& sets, fhir::SetIndex set) {
  return std::find(sets.begin(), sets.end(), set) != sets.end();
}

/// What is merely feared or possible is no reaction; a code that covers more than the set is one: the substance is
/// named beside it.
bool in_any(Statement const& manifestation, std::vector<fhir::SetIndex> const& sets) {
  return std::any_of(manifestation.sets.begin(), manifestation.sets.end(),
                     [&](SetMatch const& match) { return !match.possible && holds(sets, match.set); });
}

bool names(Statement const& statement, std::vector<fhir::SetIndex> const& sets) {
  return std::any_of(statement.sets.begin(), statement.sets.end(),
                     [&](SetMatch const& match) { return !match.broader && holds(sets, match.set); });
}

/// A product that only looks like the substance: allergy to anti-D says nothing about immune globulin at large.
bool names_look_alike(Statement const& statement, ReactionUse const& use) {
  return std::any_of(statement.sets.begin(), statement.sets.end(),
                     [&](SetMatch const& match) { return holds(use.look_alikes, match.set); });
}

Statement manifestation(Knowledge const& knowledge, fhir::Concept const& what,
                        std::vector<std::string_view> const& more = {}) {
  return recognise(knowledge, Place::problem, what, more, true);
}

/// Words beside the structured reaction: they count when they name a reaction that some rule knows.
void add_free_text(Knowledge const& knowledge, Statement text, ReactionStatement& entry) {
  auto const& is_reaction = knowledge.clauses.is_reaction;
  bool const known = std::any_of(text.sets.begin(), text.sets.end(),
                                 [&](SetMatch const& match) { return !match.possible && is_reaction[match.set] != 0; });
  if (!known) return;
  entry.reactions.emplace_back().manifestations.push_back(std::move(text));
}

/// No clause asks for reactions to anything that the statement names.
bool of_no_interest(Knowledge const& knowledge, Statement const& substance) {
  return std::all_of(substance.sets.begin(), substance.sets.end(),
                     [&](SetMatch const& match) { return knowledge.clauses.reactions_by_set[match.set].empty(); });
}

ReactionStatement of_allergy(Knowledge const& knowledge, fhir::Allergy const& allergy) {
  ReactionStatement entry;
  fhir::Concept what = allergy.code;
  for (auto const& reaction : allergy.reactions)
    what.codings.insert(what.codings.end(), reaction.substance.codings.begin(), reaction.substance.codings.end());
  std::vector<std::string_view> more;
  for (auto const& reaction : allergy.reactions) more.push_back(reaction.substance.text);
  entry.substance = recognise(knowledge, Place::problem, what, more, true);
  entry.substance.path = allergy.path;
  if (of_no_interest(knowledge, entry.substance)) return entry;

  bool high = allergy.criticality == "high";
  for (auto const& reaction : allergy.reactions) {
    auto& read = entry.reactions.emplace_back();
    read.severe = high || reaction.severity == "severe";
    for (auto const& one : reaction.manifestations) read.manifestations.push_back(manifestation(knowledge, one));
    if (reaction.manifestations.empty() && !reaction.description.empty())
      read.manifestations.push_back(manifestation(knowledge, {}, {reaction.description}));
  }
  if (high && allergy.reactions.empty()) entry.reactions.emplace_back().severe = true;
  Statement text = manifestation(knowledge, {{}, allergy.code.text}, allergy.notes);
  for (auto const& reaction : entry.reactions) {
    for (auto const& one : reaction.manifestations) entry.substance.words += ", " + one.words;
  }
  add_free_text(knowledge, std::move(text), entry);
  return entry;
}

/// A treatment that was given, or could not be, with the words on how it went. The note of an order is advice for the
/// infusion ("watch for ..."), not an account of it: of requests only the reason for their status is read.
std::optional<ReactionStatement> of_treatment(Knowledge const& knowledge, fhir::Treatment const& treatment,
                                              TreatmentStatement const& statement) {
  auto has = [&](TreatmentState state) { return statement.states.test(static_cast<std::size_t>(state)); };
  if (!has(TreatmentState::tried) && !has(TreatmentState::not_tolerated) && !has(TreatmentState::contraindicated))
    return std::nullopt;
  if (of_no_interest(knowledge, statement.statement)) return std::nullopt;
  ReactionStatement entry;
  entry.source = Source::treatment;
  entry.substance = statement.statement;
  std::vector<std::string_view> more;
  for (auto const& reason : treatment.status_reasons) {
    more.push_back(reason.text);
    for (auto const& coding : reason.codings) more.push_back(coding.display);
  }
  bool request = treatment.resource_type.ends_with("Request") || treatment.resource_type.ends_with("Order");
  if (!request) more.insert(more.end(), treatment.notes.begin(), treatment.notes.end());
  fhir::Concept what;
  if (!request) what.text = treatment.what.text;
  add_free_text(knowledge, manifestation(knowledge, what, more), entry);
  if (entry.reactions.empty()) return std::nullopt;
  return entry;
}

ReactionStatement of_problem(Knowledge const& knowledge, Statement const& problem) {
  ReactionStatement entry;
  entry.source = Source::problem;
  entry.substance = problem;
  add_free_text(knowledge, problem, entry);
  return entry;
}

}  // namespace

std::vector<ReactionStatement> reaction_statements(Knowledge const& knowledge, fhir::Chart const& chart,
                                                   std::vector<TreatmentStatement> const& treatments,
                                                   std::vector<Statement> const& problems) {
  std::vector<ReactionStatement> entries;
  for (auto const& allergy : chart.allergies) entries.push_back(of_allergy(knowledge, allergy));
  for (std::size_t i = 0; i < treatments.size() && i < chart.treatments.size(); ++i) {
    if (auto entry = of_treatment(knowledge, chart.treatments[i], treatments[i])) entries.push_back(std::move(*entry));
  }
  for (auto const& problem : problems) {
    if (!of_no_interest(knowledge, problem) && !problem.refuted && !problem.provisional)
      entries.push_back(of_problem(knowledge, problem));
  }
  return entries;
}

bool tells_of(Knowledge const& knowledge, ReactionStatement const& entry, ReactionUse const& use) {
  // A problem must name the reaction to the substance: "rash, on IVIG" is no reaction to IVIG, "steroid-resistant"
  // none to steroids. A set of allergies does; the name of a drug does not.
  bool named = names(entry.substance, entry.source == Source::problem ? use.allergies : use.substance);
  if (!named || names_look_alike(entry.substance, use)) return false;

  auto all_in = [&](ReactionStatement::Reaction const& reaction, std::vector<fhir::SetIndex> const& sets) {
    return std::all_of(reaction.manifestations.begin(), reaction.manifestations.end(), [&](Statement const& one) {
      bool other = std::any_of(one.sets.begin(), one.sets.end(), [&](SetMatch const& match) {
        return knowledge.clauses.is_reaction[match.set] != 0 && !holds(sets, match.set);
      });
      return in_any(one, sets) && !other;
    });
  };
  bool any = std::any_of(entry.reactions.begin(), entry.reactions.end(),
                         [](auto const& reaction) { return !reaction.manifestations.empty(); });
  auto every = [&](std::vector<fhir::SetIndex> const& sets) {
    return any && std::all_of(entry.reactions.begin(), entry.reactions.end(),
                              [&](auto const& reaction) { return all_in(reaction, sets); });
  };
  if (!use.only.empty() && !every(use.only)) return false;
  if (use.clause->recorded_as_severe) {
    return std::any_of(entry.reactions.begin(), entry.reactions.end(), [&](auto const& reaction) {
      return reaction.severe && (reaction.manifestations.empty() || !all_in(reaction, use.not_only));
    });
  }
  if (!use.not_only.empty() && every(use.not_only)) return false;
  if (use.manifestations.empty()) return true;
  return std::any_of(entry.reactions.begin(), entry.reactions.end(), [&](auto const& reaction) {
    return std::any_of(reaction.manifestations.begin(), reaction.manifestations.end(),
                       [&](Statement const& one) { return in_any(one, use.manifestations); });
  });
}

bool leaves_open(ReactionStatement const& entry, ReactionUse const& use) {
  bool asks_for_kind = use.clause->recorded_as_severe || !use.manifestations.empty();
  if (!asks_for_kind || entry.source != ReactionStatement::Source::allergy) return false;
  if (!names(entry.substance, use.substance) || names_look_alike(entry.substance, use)) return false;
  return std::all_of(entry.reactions.begin(), entry.reactions.end(),
                     [](auto const& reaction) { return reaction.manifestations.empty() && !reaction.severe; });
}

}  // namespace ivig::advice
