#include "advice/facts_from_chart.h"

#include <algorithm>
#include <utility>

#include "advice/indications.h"
#include "advice/told_treatments.h"
#include "rules/evaluate.h"

namespace ivig::advice {
namespace {

using rules::Basis;
using rules::FactDefinition;
using rules::FactIndex;
using rules::FactKind;
using rules::FactValue;
using rules::Truth;

/// How much a piece of evidence weighs: the order's reason governs the record, a code outranks text.
int weight(Place place, Basis basis) { return (place == Place::reason ? 2 : 0) + (basis == Basis::code ? 1 : 0); }

/// The strongest evidence for and against one fact.
struct Balance {
  int for_it = -1, against_it = -1;
  FactValue best_for, best_against;
  bool open = false;  ///< only a code or phrase that covers more than the fact

  void add(Truth value, int weight, Basis basis, std::string const& from, std::string const& detail) {
    int& side = value == Truth::yes ? for_it : against_it;
    if (weight <= side) return;
    side = weight;
    (value == Truth::yes ? best_for : best_against) = FactValue{value, basis, from, detail};
  }

  [[nodiscard]] FactValue settle(Truth fallback) const {
    if (for_it < 0 && against_it < 0) return FactValue{open ? Truth::unknown : fallback, Basis::none, {}, {}};
    if (for_it == against_it) {  // equally good evidence for both: nobody knows
      FactValue value = best_for;
      value.value = Truth::unknown;
      value.basis = Basis::none;
      return value;
    }
    return for_it > against_it ? best_for : best_against;
  }
};

class FactReader {
 public:
  FactReader(Knowledge const& knowledge, Record const& record, std::vector<Statement> const& reasons,
             OrderView const& view)
      : knowledge_(knowledge),
        record_(record),
        reasons_(reasons),
        product_(view.product),
        dose_(view.dose),
        others_(view.others),
        balances_(knowledge.rules.facts.size()) {
    for (auto const& reason : reasons) {
      auto told = treatments_in_text(knowledge, reason);
      told_.insert(told_.end(), told.begin(), told.end());
    }
  }

  std::vector<FactValue> read() {
    for (auto const& statement : reasons_) from_statement(statement);
    for (auto const& statement : record_.problems) from_statement(statement);
    for (auto const& result : record_.results) from_report(result);
    from_results();
    from_treatments();
    from_onsets();
    from_history();
    from_recent();
    from_reactions();
    from_drafts();
    from_patient();
    from_product();
    from_answers();
    from_dose();
    std::vector<FactValue> values;
    values.reserve(balances_.size());
    for (std::size_t i = 0; i < balances_.size(); ++i)
      values.push_back(balances_[i].settle(fallback(knowledge_.rules.facts[i])));
    return values;
  }

 private:
  /// A condition is absent when the conditions were had and it is not among them; so is a reaction with the allergies.
  [[nodiscard]] Truth fallback(FactDefinition const& fact) const {
    if (fact.default_no) return Truth::no;
    if (fact.kind != FactKind::condition && fact.kind != FactKind::reaction) return Truth::unknown;
    auto const& chart = *record_.chart;
    auto available = fact.kind == FactKind::condition ? chart.conditions_available : chart.allergies_available;
    return available == fhir::Availability::provided ? Truth::no : Truth::unknown;
  }

  void from_statement(Statement const& statement) {
    if (!statement.counts()) return;
    for (auto const& match : statement.sets) {
      if (match.past) continue;
      for (auto const& side : knowledge_.facts_by_set[match.set]) {
        if (match.broader) balances_[side.fact].open = true;
        else add(side, false, statement, match.basis);
      }
    }
    for (auto const& match : statement.phrases) {
      if (match.owner.kind == PhraseOwner::Kind::result_name) {
        result_in_text(statement, match);
        continue;
      }
      if (match.owner.kind != PhraseOwner::Kind::fact_phrase || match.past || match.possible || match.to_be_excluded)
        continue;
      if (about(statement, knowledge_.rules.facts[match.owner.fact.fact]))
        add(match.owner.fact, match.negated, statement, Basis::text);
    }
  }

  /// What a report says in words of a condition that it names: "criteria for CIDP are not met". It makes no diagnosis.
  void from_report(ResultStatement const& result) {
    if (result.observation->pending) return;
    for (auto const& match : result.statement.phrases) {
      if (match.owner.kind != PhraseOwner::Kind::fact_phrase || match.past || match.possible || match.to_be_excluded)
        continue;
      auto const& fact = knowledge_.rules.facts[match.owner.fact.fact];
      if (fact.kind != FactKind::condition && names_any(result.statement, fact.about))
        add(match.owner.fact, match.negated, result.statement, Basis::text);
    }
  }

  /// A qualifier counts in the order's reason, beside its condition, and in a statement that names nothing else.
  [[nodiscard]] bool about(Statement const& statement, FactDefinition const& fact) const {
    if (fact.about.empty() || statement.place == Place::reason || names_any(statement, fact.about)) return true;
    return !statement.names_more;  // "exacerbation", but not "asthma exacerbation"
  }

  /// "FGFR-3 antibody positive" in a problem or a reason.
  void result_in_text(Statement const& statement, PhraseMatch const& match) {
    auto const& definition = knowledge_.rules.facts[match.owner.fact.fact];
    auto const& evidence = match.owner.fact.side == Side::for_it ? definition.for_it : definition.against_it;
    std::string const& wanted = evidence.results[match.owner.clause].value;
    if (wanted.empty() || match.result == fhir::ResultValue::pending) return;
    bool negative = match.result == fhir::ResultValue::negative || match.negated;
    if (match.result == fhir::ResultValue::not_stated && !match.negated && statement.sets.empty()) return;
    add(match.owner.fact, (wanted == "positive") == negative, statement, Basis::text);
  }

  void add(FactSide side, bool reversed, Statement const& statement, Basis basis) {
    bool yes = (side.side == Side::for_it) != reversed;
    bool named = basis == Basis::code && (statement.place == Place::reason || statement.place == Place::problem) &&
                 !statement.label.empty();
    balances_[side.fact].add(yes ? Truth::yes : Truth::no, weight(statement.place, basis), basis, statement.path,
                             named ? statement.label : statement.words);
  }

  /// Calls f(side, evidence) for both sides of every fact.
  template <class F>
  void each_side(F&& f) const {
    for (std::size_t i = 0; i < knowledge_.rules.facts.size(); ++i) {
      auto const& fact = knowledge_.rules.facts[i];
      f(FactSide{static_cast<FactIndex>(i), Side::for_it}, fact.for_it);
      f(FactSide{static_cast<FactIndex>(i), Side::against_it}, fact.against_it);
    }
  }

  void from_results() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      for (std::size_t i = 0; i < evidence.results.size(); ++i) {
        for (auto const& found : evidence_in_results(knowledge_, record_.results, evidence.results[i], side,
                                                     static_cast<std::uint16_t>(i), record_.today)) {
          bool yes = (side.side == Side::for_it) == (found.value == Truth::yes);
          balances_[side.fact].add(yes ? Truth::yes : Truth::no, weight(Place::result, Basis::code), Basis::code,
                                   found.from->statement.path, shown(*found.from));
        }
      }
    });
  }

  void from_treatments() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      for (std::size_t i = 0; i < evidence.treatments.size(); ++i)
        from_treatments(side, evidence.treatments[i], static_cast<std::uint16_t>(i));
    });
  }

  void from_treatments(FactSide side, rules::TreatmentClause const& clause, std::uint16_t number) {
    std::vector<TreatmentStatement const*> named;
    for (auto const* list : {&record_.treatments, &std::as_const(told_)}) {
      for (auto const& treatment : *list) {
        if (fulfils(knowledge_, treatment, clause, side, number)) named.push_back(&treatment);
      }
    }
    if (named.empty()) return;
    auto onset = onset_of(knowledge_.rules.facts[side.fact]);
    auto timely = [&](TreatmentStatement const* one) { return in_time(*one, clause, onset, record_.today); };
    // "Of an earlier episode" says something only where no treatment can be of this one.
    if (clause.episode == rules::TreatmentClause::Episode::earlier && !std::all_of(named.begin(), named.end(), timely))
      return;
    for (auto const* treatment : named) {
      if (timely(treatment))
        add(side, false, treatment->statement, treatment->statement.coded ? Basis::code : Basis::text);
    }
  }

  /// When the disease that a fact is about began: its latest recorded onset.
  [[nodiscard]] std::optional<base::Day> onset_of(FactDefinition const& fact) const {
    std::optional<base::Day> onset;
    for (auto const* list : {&reasons_, &record_.problems}) {
      for (auto const& statement : *list) {
        if (!statement.counts() || !statement.onset || (onset && *onset >= *statement.onset)) continue;
        if (names_any(statement, fact.about)) onset = statement.onset;
      }
    }
    return onset;
  }

  [[nodiscard]] bool names_any(Statement const& statement, std::vector<FactIndex> const& conditions) const {
    for (auto const& match : statement.sets) {
      for (auto const& side : knowledge_.facts_by_set[match.set]) {
        if (std::find(conditions.begin(), conditions.end(), side.fact) != conditions.end()) return true;
      }
    }
    return false;
  }

  /// When a condition of the record began. No date decides nothing.
  void from_onsets() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      if (!evidence.onset) return;
      for (auto const* list : {&reasons_, &record_.problems}) {
        for (auto const& statement : *list) {
          if (!statement.counts() || !statement.onset) continue;
          bool const named = std::any_of(evidence.onset->value_sets.begin(), evidence.onset->value_sets.end(),
                                         [&](std::string const& id) {
                                           auto const* match = statement.match(knowledge_.set(id));
                                           return match != nullptr && !match->broader && !match->past;
                                         });
          if (!named) continue;
          int const days = static_cast<int>((record_.today - *statement.onset).count());
          add_known(side, days <= evidence.onset->within_days, statement.path,
                    "onset " + std::to_string(days) + " days ago");
        }
      }
    });
  }

  /// Conditions whatever their clinical status, and procedures done: what once was stays a risk.
  void from_history() {
    for (auto const* list : {&reasons_, &record_.problems}) {
      for (auto const& statement : *list) {
        if (!statement.refuted) from_history(statement);
      }
    }
    for (auto const& treatment : record_.treatments) {
      if (treatment.states.test(static_cast<std::size_t>(TreatmentState::tried))) from_history(treatment.statement);
    }
  }

  void from_history(Statement const& statement) {
    for (auto const& match : statement.sets) {
      for (auto const& side : knowledge_.history_by_set[match.set]) {
        if (match.broader || match.possible || statement.provisional) balances_[side.fact].open = true;
        else add(side, false, statement, match.basis);
      }
    }
  }

  /// Conditions that pass: an old entry asks whether it still holds. An undated one is current.
  void from_recent() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      if (!evidence.recent) return;
      for (auto const* list : {&reasons_, &record_.problems}) {
        for (auto const& statement : *list) {
          if (!statement.counts()) continue;
          for (auto const& id : evidence.recent->value_sets) from_recent(side, statement, id, *evidence.recent);
        }
      }
    });
  }

  void from_recent(FactSide side, Statement const& statement, std::string const& id,
                   rules::RecentClause const& clause) {
    auto const* match = statement.match(knowledge_.set(id));
    if (match == nullptr || match->past) return;
    auto day = statement.onset;
    if (!day && statement.condition != nullptr) day = statement.condition->recorded;
    bool old = day && (record_.today - *day).count() > clause.within_days;
    if (old || match->broader || match->possible || statement.provisional) balances_[side.fact].open = true;
    else add(side, false, statement, match->basis);
  }

  void from_reactions() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      for (auto const& clause : evidence.reactions) {
        for (auto const& entry : record_.reactions) {
          if (tells_of(knowledge_, entry, clause))
            add(side, false, entry.substance, entry.substance.coded ? Basis::code : Basis::text);
          else if (knowledge_.rules.facts[side.fact].kind == FactKind::reaction &&
                   leaves_open(knowledge_, entry, clause))
            balances_[side.fact].open = true;
        }
      }
    });
  }

  void from_drafts() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      Truth value = side.side == Side::for_it ? Truth::yes : Truth::no;
      for (auto const* order : others_) {
        Statement drug = recognise(knowledge_, Place::treatment, order->drug, {}, true);
        for (auto const& id : evidence.draft_order_value_sets) {
          if (drug.match(knowledge_.set(id)) == nullptr) continue;
          balances_[side.fact].add(value, weight(Place::problem, Basis::code), drug.coded ? Basis::code : Basis::text,
                                   std::string(order->resource_type) + "/" + std::string(order->id), drug.words);
        }
      }
    });
  }

  void from_patient() {
    auto const& patient = record_.chart->patient;
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      if (patient.birth_date && (evidence.age_under || evidence.age_at_least)) {
        int years = base::full_years(*patient.birth_date, record_.today);
        bool holds = (!evidence.age_under || years < *evidence.age_under) &&
                     (!evidence.age_at_least || years >= *evidence.age_at_least);
        add_known(side, holds, "Patient.birthDate", std::to_string(years) + " years");
      }
      if (!evidence.sex.empty() && (patient.sex == fhir::Sex::female || patient.sex == fhir::Sex::male)) {
        bool female = patient.sex == fhir::Sex::female;
        add_known(side, female == (evidence.sex == "female"), "Patient.gender", female ? "female" : "male");
      }
    });
  }

  /// What the product is stabilized with; a product whose stabilizer is not known answers nothing.
  void from_product() {
    if (product_.stabilizers.empty()) return;
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      for (auto const& word : evidence.stabilizers) {
        auto with = std::count_if(product_.stabilizers.begin(), product_.stabilizers.end(),
                                  [&](std::string const& one) { return one.find(word) != std::string::npos; });
        bool all = static_cast<std::size_t>(with) == product_.stabilizers.size();
        if (all || with == 0) add_known(side, all, "MedicationRequest.medication", product_.name);
      }
    });
  }

  /// Somebody who was asked outranks what was read.
  void from_answers() {
    constexpr int kAnswerWeight = 10;
    for (auto const& answer : record_.chart->answers) {
      auto fact = knowledge_.rules.fact_index(answer.link_id);
      if (!fact) continue;
      balances_[*fact] = {};
      balances_[*fact].add(answer.yes ? Truth::yes : Truth::no, kAnswerWeight, Basis::answer, answer.path,
                           knowledge_.rules.facts[*fact].label + (answer.yes ? ": yes" : ": no"));
    }
  }

  /// Evidence that decides either way.
  void add_known(FactSide side, bool holds, std::string const& from, std::string const& detail) {
    bool yes = (side.side == Side::for_it) == holds;
    balances_[side.fact].add(yes ? Truth::yes : Truth::no, weight(Place::problem, Basis::code), Basis::code, from,
                             detail);
  }

  /// The order's own dose and schedule. A dose that is not known is evidence for nothing.
  void from_dose() {
    each_side([&](FactSide side, rules::Evidence const& evidence) {
      Balance& balance = balances_[side.fact];
      Truth const value = side.side == Side::for_it ? Truth::yes : Truth::no;
      int const weight_of_dose = weight(Place::problem, dose_.basis);
      auto const& scheduled = evidence.schedules;
      if (std::find(scheduled.begin(), scheduled.end(), dose_.schedule()) != scheduled.end())
        balance.add(value, weight_of_dose, dose_.basis, dose_.from, dose_text(dose_));
      auto const measured = evidence.dose ? measure_of(dose_, evidence.dose->measure) : std::nullopt;
      if (!measured) return;
      bool const holds = (!evidence.dose->at_least || *evidence.dose->at_least <= *measured) &&
                         (!evidence.dose->at_most || *measured <= *evidence.dose->at_most);
      Truth const other = value == Truth::yes ? Truth::no : Truth::yes;
      balance.add(holds ? value : other, weight_of_dose, dose_.basis, dose_.from,
                  measure_text(evidence.dose->measure, *measured));
    });
  }

  Knowledge const& knowledge_;
  Record const& record_;
  std::vector<Statement> const& reasons_;
  Product const& product_;
  OrderDose const& dose_;
  std::vector<fhir::Order const*> const& others_;
  std::vector<TreatmentStatement> told_;  ///< treatments that the order's reason tells of
  std::vector<Balance> balances_;
};

bool names_an_indication(Knowledge const& knowledge, Statement const& statement) {
  return std::any_of(statement.sets.begin(), statement.sets.end(), [&](SetMatch const& match) {
    auto const& sides = knowledge.facts_by_set[match.set];
    return std::any_of(sides.begin(), sides.end(),
                       [&](FactSide const& side) { return knowledge.rules.facts[side.fact].indication; });
  });
}

}  // namespace

Record read_record(Knowledge const& knowledge, fhir::Chart const& chart, base::Day today) {
  Record record;
  record.chart = &chart;
  record.today = today;
  record.problems.reserve(chart.conditions.size());
  for (auto const& condition : chart.conditions) record.problems.push_back(problem_statement(knowledge, condition));
  record.results.reserve(chart.observations.size());
  for (auto const& observation : chart.observations) record.results.push_back(result_statement(knowledge, observation));
  record.weight = body_weight(knowledge, record.results, today);
  record.treatments.reserve(chart.treatments.size());
  for (auto const& treatment : chart.treatments) record.treatments.push_back(treatment_statement(knowledge, treatment));
  record.reactions = reaction_statements(knowledge, chart, record.treatments, record.problems);
  for (auto const& allergy : chart.allergies) {
    if (!allergy.resolved) record.treatments.push_back(allergy_as_treatment(knowledge, allergy));
  }
  for (auto const& problem : record.problems) {
    // "Steroid-refractory asthma" tells of asthma's treatment: only what is said beside a condition of ours counts.
    if (problem.refuted || !names_an_indication(knowledge, problem)) continue;
    auto told = treatments_in_text(knowledge, problem);
    record.treatments.insert(record.treatments.end(), told.begin(), told.end());
  }
  return record;
}

rules::Facts facts_of_order(Knowledge const& knowledge, Record const& whole, fhir::Order const& order,
                            OrderView const& view) {
  std::vector<Statement> reasons = reason_statements(knowledge, order);
  drop_lone_results(knowledge, reasons, whole.problems);
  std::optional<Record> trimmed;  // seldom needed
  if (auto problems = problems_beside(knowledge, whole.problems, reasons)) {
    trimmed = whole;
    trimmed->problems = std::move(*problems);
  }
  Record const& record = trimmed ? *trimmed : whole;
  rules::Facts facts;
  facts.values = FactReader(knowledge, record, reasons, view).read();
  facts.conditions_known = record.chart->conditions_available == fhir::Availability::provided;
  rules::derive(knowledge.rules, facts);
  find_indications(knowledge, record, reasons, facts);
  return facts;
}

}  // namespace ivig::advice
