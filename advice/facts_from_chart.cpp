#include "advice/facts_from_chart.h"

#include <algorithm>
#include <utility>

#include "advice/indications.h"
#include "advice/record_evidence.h"
#include "advice/told_treatments.h"
#include "rules/evaluate.h"

namespace ivig::advice {
namespace {

using rules::Basis;
using rules::FactIndex;
using rules::Truth;

/// Reads the facts of one order. What the record says was weighed before (advice/record_evidence.h).
class FactReader {
 public:
  FactReader(Knowledge const& knowledge, Record const& record, std::vector<Statement> const& reasons,
             ProblemEvidence const& problems, OrderView const& view)
      : knowledge_(knowledge),
        record_(record),
        reasons_(reasons),
        problems_(problems),
        of_record_(view.evidence),
        product_(view.product),
        dose_(view.dose),
        drafts_(view.drafts),
        order_(view.order),
        clauses_(knowledge.clauses),
        balances_(knowledge.rules.facts.size()) {
    balances_.reserve(48);
  }

  void read(rules::FactValues& values) && {
    read_statements(knowledge_, reasons_, balances_);
    balances_.add(problems_.statements);
    balances_.add(of_record_.results());
    from_treatments();
    read_onsets(knowledge_, reasons_, record_.today, balances_);
    balances_.add(problems_.onset);
    read_history(knowledge_, reasons_, balances_);
    balances_.add(problems_.history);
    balances_.add(of_record_.treatment_history());
    read_recent(knowledge_, reasons_, record_.today, balances_);
    balances_.add(problems_.recent);
    balances_.add(of_record_.reactions());
    from_drafts();
    from_patient();
    from_product();
    from_answers();
    from_dose();
    std::move(balances_).settle(values);
  }

 private:
  /// Those of the record, and those that the order's reasons tell of.
  void from_treatments() {
    std::vector<TreatmentStatement> told;
    for (auto const& reason : reasons_) {
      auto const in_reason = treatments_in_text(knowledge_, reason);
      told.insert(told.end(), in_reason.begin(), in_reason.end());
    }
    Onsets const in_reasons(knowledge_, reasons_);
    auto const onset_of = [&](std::vector<FactIndex> const& conditions) {
      return std::max(in_reasons.latest(conditions), problems_.onsets.latest(conditions));
    };
    if (told.empty()) return of_record_.treatments().read(record_.today, onset_of, balances_);
    TreatmentsByClause all(knowledge_);
    all.add(of_record_.treatments());
    all.add(told);
    all.read(record_.today, onset_of, balances_);
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
    for (auto const& [side, evidence] : clauses_.of_product) {
      if (evidence->wrong_route) add_known(side, product_.wrong_route, "MedicationRequest.medication", product_.name);
      if (product_.stabilizers.empty()) continue;
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
  std::vector<Statement> const& reasons_;
  ProblemEvidence const& problems_;  ///< of the record, as they read beside the reasons
  RecordEvidence const& of_record_;
  Product const& product_;
  OrderDose const& dose_;
  DraftOrders const& drafts_;
  std::size_t order_;
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

/// The dose is the course of some row for that condition.
bool fits_regimen(Knowledge const& knowledge, OrderDose const& dose, rules::FactIndex condition) {
  auto const course = measure_of(dose, rules::DoseMeasure::g_per_kg_course);
  if (!course) return false;
  auto const& rows = knowledge.rules.rows_of(condition);
  return std::any_of(rows.begin(), rows.end(), [&](rules::RowIndex index) {
    auto const& regimen = knowledge.rules.rows[index].regimen;
    return regimen && regimen->course_least && regimen->course_most && *regimen->course_least <= *course &&
           *course <= *regimen->course_most;
  });
}

/// An abbreviation with a second meaning is understood where the order's dose is that of the condition: "GBS" with
/// 0.4 g/kg on five days.
void take_regimen_for_support(Knowledge const& knowledge, OrderDose const& dose, rules::Facts& facts) {
  std::erase_if(facts.doubts, [&](rules::Doubt const& doubt) {
    return doubt.notice == "abbreviation" && fits_regimen(knowledge, dose, *doubt.condition) &&
           std::any_of(facts.indications.begin(), facts.indications.end(),
                       [&](rules::Indication const& one) { return one.condition == *doubt.condition; });
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
  ProblemEvidence const& problems = view.evidence.beside(reasons);
  rules::Facts facts;
  facts.conditions_known = record.chart->conditions_available == fhir::Availability::provided;
  facts.allergies_known = record.chart->allergies_available == fhir::Availability::provided;
  facts.values = rules::FactValues(knowledge.rules.all_unread(facts.conditions_known, facts.allergies_known),
                                   rules::FactValues::Derived::but_for_read);
  FactReader(knowledge, record, reasons, problems, view).read(facts.values);
  rules::derive(knowledge.rules, facts);
  find_indications(knowledge, problems.conditions, reasons, facts);
  take_regimen_for_support(knowledge, view.dose, facts);
  return facts;
}

}  // namespace ivig::advice
