#include <algorithm>
#include <array>

#include "rules/load.h"
#include "rules/truth_table.h"

namespace ivig::rules {
namespace {

using base::each;
using base::Json;
using base::member;
using base::string_member;

std::optional<FactKind> kind_from(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, FactKind>, 7> kKinds{{{"condition", FactKind::condition},
                                                                         {"qualifier", FactKind::qualifier},
                                                                         {"result", FactKind::result},
                                                                         {"treatment", FactKind::treatment},
                                                                         {"age", FactKind::age},
                                                                         {"derived", FactKind::derived},
                                                                         {"reaction", FactKind::reaction}}};
  for (auto const& [name, kind] : kKinds) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

/// {"mg/dL": "7", "g/L": "0.07"}: the same limit in every unit it is reported in.
base::Result<std::vector<UnitLimit>> read_limits(RuleFile const& file, std::string_view id, Json const& value,
                                                 char const* name) {
  std::vector<UnitLimit> limits;
  Json const* json = member(value, name);
  if (json == nullptr) return limits;
  std::string where = std::string("results.value.") + name;
  if (!json->IsObject()) return file.error(id, where, "must be an object of limits by unit: {\"mg/dL\": \"7\"}");
  for (auto const& entry : json->GetObject()) {
    auto limit = base::Decimal::parse(base::as_string(entry.value));
    if (!limit) return file.error(id, where, "a limit is a decimal number in quotes");
    limits.push_back({std::string(base::as_string(entry.name)), *limit});
  }
  return limits;
}

base::Result<void> read_thresholds(RuleFile const& file, std::string_view id, Json const& value, ResultClause& clause) {
  if (auto ok = file.only(value, id, {"below", "above", "words", "below_assay", "without_range"}); !ok) return ok;
  auto below = read_limits(file, id, value, "below");
  if (!below) return tl::unexpected(below.error());
  auto above = read_limits(file, id, value, "above");
  if (!above) return tl::unexpected(above.error());
  clause.below = std::move(*below);
  clause.above = std::move(*above);
  clause.words = string_list(value, "words");
  clause.below_assay = flag(value, "below_assay");
  clause.without_range = flag(value, "without_range");
  bool both = !clause.below.empty() && !clause.above.empty();
  if (both || (clause.below.empty() && clause.above.empty() && clause.words.empty()))
    return file.error(id, "results.value", "give limits below or above, or words");
  return {};
}

base::Result<ResultClause> read_result(RuleFile const& file, std::string_view id, Json const& json) {
  if (auto ok = file.only(json, id, {"names", "value_sets", "value", "latest", "within_days"}); !ok)
    return tl::unexpected(ok.error());
  ResultClause clause;
  clause.names = string_list(json, "names");
  clause.value_sets = string_list(json, "value_sets");
  clause.latest = flag(json, "latest");
  clause.within_days = integer(json, "within_days");
  Json const* value = member(json, "value");
  if (value != nullptr && value->IsObject()) {
    if (auto ok = read_thresholds(file, id, *value, clause); !ok) return tl::unexpected(ok.error());
  } else {
    clause.value = string_member(json, "value");
    if (clause.value != "positive" && clause.value != "negative" && clause.value != "above-range") {
      return file.error(id, "results.value", "must be \"positive\", \"negative\", \"above-range\" or limits");
    }
  }
  return clause;
}

base::Result<ReactionClause> read_reaction(RuleFile const& file, std::string_view id, Json const& json) {
  if (auto ok = file.only(json, id, {"to", "manifestations", "only", "not_only", "recorded_as_severe"}); !ok)
    return tl::unexpected(ok.error());
  ReactionClause clause;
  clause.to = string_list(json, "to");
  clause.manifestations = string_list(json, "manifestations");
  clause.only = string_list(json, "only");
  clause.not_only = string_list(json, "not_only");
  clause.recorded_as_severe = flag(json, "recorded_as_severe");
  if (clause.to.empty()) return file.error(id, "reactions.to", "name the value sets of the substance");
  return clause;
}

base::Result<TreatmentClause> read_treatment(RuleFile const& file, std::string_view id, Json const& json) {
  static constexpr std::array<std::string_view, 11> kStates{
      "tried",           "completed", "ongoing",   "responded",   "failed",     "not-tolerated",
      "contraindicated", "planned",   "not-tried", "unavailable", "interrupted"};
  if (auto ok = file.only(json, id, {"value_sets", "names", "states", "without", "within_days", "episode"}); !ok)
    return tl::unexpected(ok.error());
  TreatmentClause clause;
  clause.value_sets = string_list(json, "value_sets");
  clause.names = string_list(json, "names");
  clause.states = string_list(json, "states");
  clause.without = string_list(json, "without");
  clause.within_days = integer(json, "within_days");
  for (auto const& [name, list] : {std::pair{"states", &clause.states}, {"without", &clause.without}}) {
    for (auto const& state : *list) {
      if (std::find(kStates.begin(), kStates.end(), state) == kStates.end())
        return file.error(id, std::string("treatments.") + name, "unknown state \"" + state + "\"");
    }
  }
  std::string episode(string_member(json, "episode"));
  if (!episode.empty() && (!clause.within_days || (episode != "current" && episode != "earlier")))
    return file.error(id, "treatments.episode", "must be \"current\" or \"earlier\", and needs within_days");
  clause.episode = episode.empty()        ? TreatmentClause::Episode::any
                   : episode == "current" ? TreatmentClause::Episode::current
                                          : TreatmentClause::Episode::earlier;
  if (clause.states.empty()) return file.error(id, "treatments.states", "name at least one state");
  return clause;
}

base::Result<void> read_patient_and_product(RuleFile const& file, std::string_view id, Json const& json,
                                            Evidence& evidence) {
  if (Json const* history = member(json, "history"); history != nullptr) {
    if (auto ok = file.only(*history, id, {"value_sets"}); !ok) return ok;
    evidence.history_value_sets = string_list(*history, "value_sets");
  }
  if (Json const* recent = member(json, "recent"); recent != nullptr) {
    if (auto ok = file.only(*recent, id, {"value_sets", "within_days"}); !ok) return ok;
    auto days = integer(*recent, "within_days");
    if (!days || *days <= 0) return file.error(id, "recent.within_days", "give a number of days");
    evidence.recent = RecentClause{string_list(*recent, "value_sets"), *days};
  }
  if (Json const* product = member(json, "product"); product != nullptr) {
    if (auto ok = file.only(*product, id, {"stabilizer", "wrong_route"}); !ok) return ok;
    evidence.wrong_route = flag(*product, "wrong_route");
    evidence.stabilizers = string_list(*product, "stabilizer");
  }
  if (Json const* age = member(json, "age"); age != nullptr) {
    if (auto ok = file.only(*age, id, {"under", "at_least"}); !ok) return ok;
    evidence.age_under = integer(*age, "under");
    evidence.age_at_least = integer(*age, "at_least");
  }
  evidence.sex = string_member(json, "sex");
  if (!evidence.sex.empty() && evidence.sex != "female" && evidence.sex != "male")
    return file.error(id, "sex", "must be \"female\" or \"male\"");
  return {};
}

base::Result<std::optional<DoseClause>> read_dose(RuleFile const& file, std::string_view id, Json const& json) {
  static constexpr std::array<std::pair<std::string_view, DoseMeasure>, 6> kMeasures{
      {{"grams-per-day", DoseMeasure::grams_per_day},
       {"grams-per-course", DoseMeasure::grams_per_course},
       {"g-per-kg-day", DoseMeasure::g_per_kg_day},
       {"g-per-kg-course", DoseMeasure::g_per_kg_course},
       {"days", DoseMeasure::days},
       {"weeks", DoseMeasure::weeks}}};
  Json const* form = member(json, "dose");
  if (form == nullptr) return std::optional<DoseClause>();
  if (auto ok = file.only(*form, id, {"measure", "at_least", "at_most"}); !ok) return tl::unexpected(ok.error());
  auto measure = std::find_if(kMeasures.begin(), kMeasures.end(),
                              [&](auto const& known) { return known.first == string_member(*form, "measure"); });
  if (measure == kMeasures.end()) {
    return file.error(id, "dose.measure",
                      "must be grams-per-day, grams-per-course, g-per-kg-day, g-per-kg-course, days or weeks");
  }
  auto least = decimal_text(file, id, *form, "at_least");
  if (!least) return tl::unexpected(least.error());
  auto most = decimal_text(file, id, *form, "at_most");
  if (!most) return tl::unexpected(most.error());
  if (!*least && !*most) return file.error(id, "dose", "needs at_least or at_most");
  return std::optional(DoseClause{measure->second, *least, *most});
}

base::Result<Evidence> read_evidence(RuleFile const& file, std::string_view id, Json const& json,
                                     RuleSet const& rules) {
  if (auto ok = file.only(json, id,
                          {"value_sets", "phrases", "results", "treatments", "draft_orders", "history", "recent",
                           "reactions", "product", "age", "sex", "dose", "onset", "schedule", "when"});
      !ok) {
    return tl::unexpected(ok.error());
  }
  Evidence evidence;
  evidence.value_sets = string_list(json, "value_sets");
  evidence.phrases = phrase_list(json, "phrases");
  std::optional<base::Error> problem;
  each(json, "results", [&](Json const& item, std::size_t) {
    auto clause = read_result(file, id, item);
    if (clause) evidence.results.push_back(std::move(*clause));
    else problem = clause.error();
  });
  each(json, "treatments", [&](Json const& item, std::size_t) {
    auto clause = read_treatment(file, id, item);
    if (clause) evidence.treatments.push_back(std::move(*clause));
    else problem = clause.error();
  });
  each(json, "reactions", [&](Json const& item, std::size_t) {
    auto clause = read_reaction(file, id, item);
    if (clause) evidence.reactions.push_back(std::move(*clause));
    else problem = clause.error();
  });
  if (problem) return tl::unexpected(*problem);
  if (auto ok = read_patient_and_product(file, id, json, evidence); !ok) return tl::unexpected(ok.error());
  if (Json const* drafts = member(json, "draft_orders"); drafts != nullptr) {
    if (auto ok = file.only(*drafts, id, {"value_sets"}); !ok) return tl::unexpected(ok.error());
    evidence.draft_order_value_sets = string_list(*drafts, "value_sets");
  }
  auto dose = read_dose(file, id, json);
  if (!dose) return tl::unexpected(dose.error());
  evidence.dose = *dose;
  if (Json const* onset = member(json, "onset"); onset != nullptr) {
    if (auto ok = file.only(*onset, id, {"value_sets", "within_days"}); !ok) return tl::unexpected(ok.error());
    auto const days = integer(*onset, "within_days");
    evidence.onset = OnsetClause{string_list(*onset, "value_sets"), days.value_or(0)};
    if (!days || evidence.onset->value_sets.empty()) return file.error(id, "onset", "needs value_sets and within_days");
  }
  evidence.schedules = string_list(json, "schedule");
  for (auto const& schedule : evidence.schedules) {
    if (schedule != "course" && schedule != "repeats" && schedule != "course-then-repeats")
      return file.error(id, "schedule", "must be course, repeats or course-then-repeats");
  }
  if (Json const* when = member(json, "when"); when != nullptr) {
    auto expression = Expression::compile(*when, [&](std::string_view fact) { return rules.fact_index(fact); });
    if (!expression) return file.error(id, "when", expression.error().detail);
    evidence.when = std::move(*expression);
  }
  return evidence;
}

base::Result<std::vector<FactIndex>> fact_list(RuleFile const& file, RuleSet const& rules, Json const& json,
                                               std::string_view id, std::string_view name) {
  std::vector<FactIndex> out;
  for (auto const& fact : string_list(json, name)) {
    auto index = rules.fact_index(fact);
    if (!index) return file.error(id, name, unknown_fact(rules, fact));
    out.push_back(*index);
  }
  return out;
}

base::Result<void> read_test(RuleFile const& file, Json const& json, FactDefinition& fact) {
  Json const* form = member(json, "test");
  if (form == nullptr) return {};
  if (auto ok = file.only(*form, fact.id, {"label", "system", "code", "display", "value_set"}); !ok) return ok;
  fact.test = {std::string(string_member(*form, "label")), std::string(string_member(*form, "system")),
               std::string(string_member(*form, "code")), std::string(string_member(*form, "display")),
               std::string(string_member(*form, "value_set"))};
  auto const& test = fact.test;
  for (auto const* part : {&test.label, &test.system, &test.code, &test.display, &test.value_set}) {
    if (part->empty()) return file.error(fact.id, "test", "needs label, system, code, display and value_set");
  }
  return {};
}

base::Result<void> declare(RuleFile const& file, Json const& json, RuleSet& rules) {
  FactDefinition fact;
  fact.id = string_member(json, "id");
  fact.place = {file.name(), file.line_of(fact.id)};
  if (fact.id.empty()) return file.error("", "id", "every fact needs an id");
  if (auto ok = file.only(json, fact.id,
                          {"id", "kind", "label", "ask", "indication", "outside", "no_basis", "broader_of",
                           "candidates", "about", "test", "true", "false", "default", "source"});
      !ok) {
    return ok;
  }
  auto kind = kind_from(string_member(json, "kind"));
  if (!kind)
    return file.error(fact.id, "kind", "must be condition, qualifier, result, treatment, reaction, age or derived");
  fact.kind = *kind;
  fact.label = string_member(json, "label");
  fact.ask = string_member(json, "ask");
  fact.source = string_member(json, "source");
  fact.indication = flag(json, "indication");
  fact.outside = flag(json, "outside");
  fact.no_basis = flag(json, "no_basis");
  fact.candidates = flag(json, "candidates");
  std::string_view fallback = string_member(json, "default");
  if (!fallback.empty() && fallback != "unknown" && fallback != "false") {
    return file.error(fact.id, "default", "must be \"unknown\" or \"false\"");
  }
  fact.default_no = fallback == "false";
  if (auto ok = read_test(file, json, fact); !ok) return ok;
  if (fact.label.empty()) return file.error(fact.id, "label", "say in a clinician's words what the fact is");
  auto index = static_cast<FactIndex>(rules.facts.size());
  if (!rules.fact_ids.emplace(fact.id, index).second) return file.error(fact.id, "id", "stands twice");
  rules.facts.push_back(std::move(fact));
  return {};
}

base::Result<void> complete(RuleFile const& file, Json const& json, RuleSet& rules) {
  std::string_view id = string_member(json, "id");
  FactDefinition& fact = rules.facts[*rules.fact_index(id)];
  auto about = fact_list(file, rules, json, id, "about");
  if (!about) return tl::unexpected(about.error());
  auto broader = fact_list(file, rules, json, id, "broader_of");
  if (!broader) return tl::unexpected(broader.error());
  fact.about = std::move(*about);
  fact.broader_of = std::move(*broader);
  for (auto [name, side] : {std::pair{"true", &fact.for_it}, std::pair{"false", &fact.against_it}}) {
    Json const* evidence_json = member(json, name);
    if (evidence_json == nullptr) continue;
    auto evidence = read_evidence(file, id, *evidence_json, rules);
    if (!evidence) return tl::unexpected(evidence.error());
    *side = std::move(*evidence);
  }
  return {};
}

}  // namespace

base::Result<void> load_facts(std::vector<RuleFile> const& files, RuleSet& rules) {
  base::Result<void> outcome;
  for (auto step : {declare, complete}) {
    for (auto const& file : files) {
      if (outcome) outcome = file.only(file.root(), "", {"facts", "mutually_exclusive"});
      each(file.root(), "facts", [&](Json const& json, std::size_t) {
        if (outcome) outcome = step(file, json, rules);
      });
      if (!outcome) return outcome;
    }
  }
  for (auto const& file : files) {
    each(file.root(), "mutually_exclusive", [&](Json const& group, std::size_t) {
      if (!outcome || !group.IsArray()) return;
      std::vector<FactIndex> facts;
      for (auto const& name : group.GetArray()) {
        auto index = rules.fact_index(base::as_string(name));
        if (!index) outcome = file.error("", "mutually_exclusive", unknown_fact(rules, base::as_string(name)));
        else facts.push_back(*index);
      }
      rules.mutually_exclusive.push_back(std::move(facts));
    });
  }
  return outcome;
}

base::Result<void> order_derivations(RuleSet& rules) {
  std::vector<int> mark(rules.facts.size(), 0);  // 1 on the way, 2 done
  base::Result<void> outcome;
  std::function<void(FactIndex)> visit = [&](FactIndex fact) {
    if (!outcome || mark[fact] == 2) return;
    if (mark[fact] == 1) {
      outcome = base::fail(base::Errc::invalid_rules, rules.facts[fact].id + ": when", "the fact depends on itself");
      return;
    }
    mark[fact] = 1;
    auto const& definition = rules.facts[fact];
    bool derived = !definition.for_it.when.empty() || !definition.against_it.when.empty();
    for (auto const* side : {&definition.for_it, &definition.against_it}) {
      for (FactIndex other : side->when.facts()) visit(other);
    }
    mark[fact] = 2;
    if (derived) rules.derivation_order.push_back(fact);
  };
  for (std::size_t i = 0; i < rules.facts.size(); ++i) visit(static_cast<FactIndex>(i));
  rules.derivation_rank.assign(rules.facts.size(), 0);
  rules.dependents.assign(rules.facts.size(), {});
  for (std::size_t rank = 0; rank < rules.derivation_order.size(); ++rank) {
    FactIndex const fact = rules.derivation_order[rank];
    rules.derivation_rank[fact] = static_cast<FactIndex>(rank);
    for (auto const* side : {&rules.facts[fact].for_it, &rules.facts[fact].against_it}) {
      for (FactIndex other : side->when.facts()) {
        auto& dependents = rules.dependents[other];
        if (dependents.empty() || dependents.back() != fact) dependents.push_back(fact);
      }
    }
  }
  return outcome;
}

void derive_unread(RuleSet& rules) {
  for (bool const conditions_known : {false, true}) {
    for (bool const allergies_known : {false, true}) {
      Facts facts;
      facts.conditions_known = conditions_known;
      facts.allergies_known = allergies_known;
      std::vector<Truth> truths;
      for (std::size_t fact = 0; fact < rules.facts.size(); ++fact)
        truths.push_back(rules.unread(static_cast<FactIndex>(fact), conditions_known, allergies_known));
      facts.values = FactValues(std::move(truths));
      derive(rules, facts);
      rules.unread_truths[(conditions_known ? 1U : 0U) + (allergies_known ? 2U : 0U)] = facts.values.truths();
    }
  }
}

}  // namespace ivig::rules
