#include "advice/facts_from_chart.h"

#include <algorithm>
#include <utility>

#include "advice/balance.h"
#include "advice/indications.h"
#include "advice/told_treatments.h"
#include "rules/evaluate.h"

namespace ivig::advice {
namespace {

using rules::Basis;
using rules::FactDefinition;
using rules::FactIndex;
using rules::FactKind;
using rules::Truth;

/// How much a piece of evidence weighs: the order's reason governs the record, a code outranks text.
int weight(Place place, Basis basis) { return (place == Place::reason ? 2 : 0) + (basis == Basis::code ? 1 : 0); }

/// What leads to a clause, gathered item by item and read clause by clause.
template <class Item>
class ByClause {
 public:
  void add(ClauseNumber clause, Item item) { pairs_.push_back({clause, item}); }

  /// Calls f(clause, items) for every clause in order; items in the order of the record.
  template <class F>
  void each(F&& f) {
    std::stable_sort(pairs_.begin(), pairs_.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    std::vector<Item> items;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      items.push_back(pairs_[i].second);
      if (i + 1 < pairs_.size() && pairs_[i + 1].first == pairs_[i].first) continue;
      f(pairs_[i].first, items);
      items.clear();
    }
  }

 private:
  std::vector<std::pair<ClauseNumber, Item>> pairs_;
};

class FactReader {
 public:
  FactReader(Knowledge const& knowledge, Record const& record, std::vector<Statement> const& problems,
             std::vector<Statement> const& reasons, OrderView const& view)
      : knowledge_(knowledge),
        record_(record),
        problems_(problems),
        reasons_(reasons),
        product_(view.product),
        dose_(view.dose),
        drafts_(view.drafts),
        order_(view.order),
        clauses_(knowledge.clauses),
        balances_(knowledge.rules.facts.size()) {
    for (auto const& reason : reasons) {
      auto told = treatments_in_text(knowledge, reason);
      told_.insert(told_.end(), told.begin(), told.end());
    }
  }

  void read(rules::FactValues& values) && {
    for (auto const& statement : reasons_) from_statement(statement);
    for (auto const& statement : problems_) from_statement(statement);
    for (auto const& result : record_.results) from_report(result);
    from_results();
    from_treatments();
    each_problem([&](Statement const& statement) { from_onset(statement); });
    from_history();
    each_problem([&](Statement const& statement) { from_recent(statement); });
    from_reactions();
    from_drafts();
    from_patient();
    from_product();
    from_answers();
    from_dose();
    std::move(balances_).settle(values);
  }

 private:
  /// Calls f for the reasons and problems that count.
  template <class F>
  void each_problem(F&& f) const {
    for (auto const* list : {&reasons_, &problems_}) {
      for (auto const& statement : *list) {
        if (statement.counts()) f(statement);
      }
    }
  }

  void from_statement(Statement const& statement) {
    if (!statement.counts()) return;
    for (auto const& match : statement.sets) {
      if (match.past) continue;
      for (auto const& side : clauses_.facts_by_set[match.set]) {
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
    std::string const& wanted = clauses_.results[match.owner.clause].clause->value;
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

  void from_results() {
    ByClause<ResultStatement const*> named;
    for (auto const& result : record_.results) {
      for (ClauseNumber clause : clauses_named(knowledge_, result)) named.add(clause, &result);
    }
    named.each([&](ClauseNumber clause, auto const& results) {
      FactSide const side = clauses_.results[clause].side;
      for (auto const& found : evidence_in_results(knowledge_, results, clause, record_.today)) {
        Truth const value = (side.side == Side::for_it) == (found.value == Truth::yes) ? Truth::yes : Truth::no;
        Balance& balance = balances_[side.fact];
        int const weight_of_result = weight(Place::result, Basis::code);
        if (!balance.takes(value, weight_of_result)) continue;  // the words of a result are written only for a card
        balance.add(value, weight_of_result, Basis::code, found.from->statement.path, shown(*found.from));
      }
    });
  }

  void from_treatments() {
    ByClause<TreatmentStatement const*> named;
    for (auto const* list : {&record_.treatments, &std::as_const(told_)}) {
      for (auto const& treatment : *list) {
        for (ClauseNumber clause : clauses_named(knowledge_, treatment)) {
          if (fulfils(knowledge_, treatment, clause)) named.add(clause, &treatment);
        }
      }
    }
    named.each([&](ClauseNumber clause, auto const& treatments) { from_treatments(clause, treatments); });
  }

  void from_treatments(ClauseNumber number, std::vector<TreatmentStatement const*> const& named) {
    using Episode = rules::TreatmentClause::Episode;
    FactSide const side = clauses_.treatments[number].side;
    rules::TreatmentClause const& clause = *clauses_.treatments[number].clause;
    std::optional<base::Day> onset;
    if (clause.episode != Episode::any) onset = onset_of(knowledge_.rules.facts[side.fact]);
    auto timely = [&](TreatmentStatement const* one) { return in_time(*one, clause, onset, record_.today); };
    // "Of an earlier episode" says something only where no treatment can be of this one.
    if (clause.episode == Episode::earlier && !std::all_of(named.begin(), named.end(), timely)) return;
    for (auto const* treatment : named) {
      if (timely(treatment))
        add(side, false, treatment->statement, treatment->statement.coded ? Basis::code : Basis::text);
    }
  }

  /// When the disease that a fact is about began: its latest recorded onset.
  [[nodiscard]] std::optional<base::Day> onset_of(FactDefinition const& fact) const {
    std::optional<base::Day> onset;
    for (auto const* list : {&reasons_, &problems_}) {
      for (auto const& statement : *list) {
        if (!statement.counts() || !statement.onset || (onset && *onset >= *statement.onset)) continue;
        if (names_any(statement, fact.about)) onset = statement.onset;
      }
    }
    return onset;
  }

  [[nodiscard]] bool names_any(Statement const& statement, std::vector<FactIndex> const& conditions) const {
    for (auto const& match : statement.sets) {
      for (auto const& side : clauses_.facts_by_set[match.set]) {
        if (std::find(conditions.begin(), conditions.end(), side.fact) != conditions.end()) return true;
      }
    }
    return false;
  }

  /// When a condition of the record began. No date decides nothing.
  void from_onset(Statement const& statement) {
    if (!statement.onset) return;
    int const days = static_cast<int>((record_.today - *statement.onset).count());
    for (auto const& match : statement.sets) {
      if (match.broader || match.past) continue;
      for (auto const& use : clauses_.onset_by_set[match.set])
        add_known(use.side, days <= use.clause->within_days, statement.path,
                  "onset " + std::to_string(days) + " days ago");
    }
  }

  /// Conditions whatever their clinical status, and procedures done: what once was stays a risk.
  void from_history() {
    for (auto const* list : {&reasons_, &problems_}) {
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
      for (auto const& side : clauses_.history_by_set[match.set]) {
        if (match.broader || match.possible || statement.provisional) balances_[side.fact].open = true;
        else add(side, false, statement, match.basis);
      }
    }
  }

  /// Conditions that pass: an old entry asks whether it still holds. An undated one is current.
  void from_recent(Statement const& statement) {
    for (auto const& match : statement.sets) {
      if (match.past) continue;
      for (auto const& use : clauses_.recent_by_set[match.set]) {
        auto day = statement.onset;
        if (!day && statement.condition != nullptr) day = statement.condition->recorded;
        bool const old = day && (record_.today - *day).count() > use.clause->within_days;
        if (old || match.broader || match.possible || statement.provisional) balances_[use.side.fact].open = true;
        else add(use.side, false, statement, match.basis);
      }
    }
  }

  void from_reactions() {
    ByClause<ReactionStatement const*> named;
    for (auto const& entry : record_.reactions) {
      NamedClauses led_to;
      for (auto const& match : entry.substance.sets) led_to.add(clauses_.reactions_by_set[match.set]);
      for (ClauseNumber clause : std::move(led_to).in_order()) named.add(clause, &entry);
    }
    named.each([&](ClauseNumber clause, auto const& entries) {
      auto const& use = clauses_.reactions[clause];
      for (auto const* entry : entries) {
        if (tells_of(knowledge_, *entry, use))
          add(use.side, false, entry->substance, entry->substance.coded ? Basis::code : Basis::text);
        else if (knowledge_.rules.facts[use.side.fact].kind == FactKind::reaction && leaves_open(*entry, use))
          balances_[use.side.fact].open = true;
      }
    });
  }

  void from_drafts() {
    drafts_.each_evidence(order_, [&](FactSide side, DraftOrders::Draft const& draft) {
      Truth const value = side.side == Side::for_it ? Truth::yes : Truth::no;
      balances_[side.fact].add(value, weight(Place::problem, Basis::code), draft.drug.coded ? Basis::code : Basis::text,
                               draft.reference, draft.drug.words);
    });
  }

  void from_patient() {
    auto const& patient = record_.chart->patient;
    int const years = patient.birth_date ? base::full_years(*patient.birth_date, record_.today) : 0;
    bool const female = patient.sex == fhir::Sex::female;
    std::string const age = std::to_string(years) + " years";
    for (auto const& [side, evidence] : clauses_.of_patient) {
      if (patient.birth_date && (evidence->age_under || evidence->age_at_least)) {
        bool const holds = (!evidence->age_under || years < *evidence->age_under) &&
                           (!evidence->age_at_least || years >= *evidence->age_at_least);
        add_known(side, holds, "Patient.birthDate", age);
      }
      if (!evidence->sex.empty() && (female || patient.sex == fhir::Sex::male))
        add_known(side, female == (evidence->sex == "female"), "Patient.gender", female ? "female" : "male");
    }
  }

  /// What the product is stabilized with; a product whose stabilizer is not known answers nothing.
  void from_product() {
    if (product_.stabilizers.empty()) return;
    for (auto const& [side, evidence] : clauses_.of_product) {
      for (auto const& word : evidence->stabilizers) {
        auto const with = std::count_if(product_.stabilizers.begin(), product_.stabilizers.end(),
                                        [&](std::string const& one) { return one.find(word) != std::string::npos; });
        bool const all = static_cast<std::size_t>(with) == product_.stabilizers.size();
        if (all || with == 0) add_known(side, all, "MedicationRequest.medication", product_.name);
      }
    }
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
    auto const schedule = dose_.schedule();
    int const weight_of_dose = weight(Place::problem, dose_.basis);
    for (auto const& [side, evidence] : clauses_.of_dose) {
      Truth const value = side.side == Side::for_it ? Truth::yes : Truth::no;
      auto add = [&, fact = side.fact](Truth truth, auto const& detail) {
        Balance& balance = balances_[fact];
        if (balance.takes(truth, weight_of_dose)) balance.add(truth, weight_of_dose, dose_.basis, dose_.from, detail());
      };
      auto const& scheduled = evidence->schedules;
      if (std::find(scheduled.begin(), scheduled.end(), schedule) != scheduled.end())
        add(value, [&] { return dose_text(dose_); });
      auto const measured = evidence->dose ? measure_of(dose_, evidence->dose->measure) : std::nullopt;
      if (!measured) continue;
      bool const holds = (!evidence->dose->at_least || *evidence->dose->at_least <= *measured) &&
                         (!evidence->dose->at_most || *measured <= *evidence->dose->at_most);
      auto const measure = evidence->dose->measure;
      add(holds == (value == Truth::yes) ? Truth::yes : Truth::no, [&] { return measure_text(measure, *measured); });
    }
  }

  Knowledge const& knowledge_;
  Record const& record_;
  std::vector<Statement> const& problems_;  ///< of the record, as they read beside the reasons
  std::vector<Statement> const& reasons_;
  Product const& product_;
  OrderDose const& dose_;
  DraftOrders const& drafts_;
  std::size_t order_;
  std::vector<TreatmentStatement> told_;  ///< treatments that the order's reason tells of
  ClauseIndex const& clauses_;
  Balances balances_;
};

bool names_an_indication(Knowledge const& knowledge, Statement const& statement) {
  return std::any_of(statement.sets.begin(), statement.sets.end(), [&](SetMatch const& match) {
    auto const& sides = knowledge.clauses.facts_by_set[match.set];
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
  record.results = result_statements(knowledge, chart.observations);
  constexpr int kAdult = 18;
  auto const& born = chart.patient.birth_date;
  auto const weight = body_weight(knowledge, record.results, !born || base::full_years(*born, today) >= kAdult, today);
  record.weight = weight.weight;
  record.weight_doubt = weight.doubt;
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

rules::Facts facts_of_order(Knowledge const& knowledge, Record const& record, fhir::Order const& order,
                            OrderView const& view) {
  std::vector<Statement> reasons = reason_statements(knowledge, order);
  drop_lone_results(knowledge, reasons, record.problems);
  auto const* const beside = view.problems.beside(reasons);  // seldom anything
  std::vector<Statement> const& problems = beside != nullptr ? *beside : record.problems;
  rules::Facts facts;
  facts.conditions_known = record.chart->conditions_available == fhir::Availability::provided;
  facts.allergies_known = record.chart->allergies_available == fhir::Availability::provided;
  facts.values = rules::FactValues(knowledge.rules.all_unread(facts.conditions_known, facts.allergies_known),
                                   rules::FactValues::Derived::but_for_read);
  FactReader(knowledge, record, problems, reasons, view).read(facts.values);
  rules::derive(knowledge.rules, facts);
  find_indications(knowledge, problems, reasons, facts);
  return facts;
}

}  // namespace ivig::advice
