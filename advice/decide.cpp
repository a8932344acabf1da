#include "advice/decide.h"

#include <algorithm>

#include "advice/dose_findings.h"
#include "advice/interest.h"
#include "advice/other_orders.h"
#include "fhir/read_resources.h"
#include "rules/evaluate.h"
#include "rules/safety.h"

namespace ivig::advice {
namespace {

std::string reference_of(fhir::Order const& order) {
  return std::string(order.resource_type) + "/" + std::string(order.id);
}

/// Selections are relative references; an absolute one counts when it ends in the same type and id. REQ CTX-16
bool selected(fhir::Order const& order, std::vector<std::string_view> const& selections) {
  std::string own = reference_of(order);
  return std::any_of(selections.begin(), selections.end(), [&](std::string_view selection) {
    return selection == own || (selection.size() > own.size() && selection.ends_with(own) &&
                                selection[selection.size() - own.size() - 1] == '/');
  });
}

bool of_patient(fhir::Order const& order, std::string_view patient_id) {
  return patient_id.empty() || order.patient_reference.empty() ||
         fhir::last_segment(order.patient_reference) == patient_id;
}

/// An order that advice is given on if it turns out to be one of immune globulin.
bool is_asked_about(fhir::Order const& order, DecideInput const& input) {
  return is_live(order) && of_patient(order, input.patient_id) &&
         (input.selections == nullptr || selected(order, *input.selections));
}

/// An order being checked is no prior treatment, even where the chart lists it as well. REQ PREF-13
void drop_own_orders(std::vector<fhir::Order> const& orders, Record& record) {
  std::erase_if(record.treatments, [&](TreatmentStatement const& treatment) {
    return std::any_of(orders.begin(), orders.end(), [&](fhir::Order const& order) {
      return !order.id.empty() && treatment.statement.path == reference_of(order);
    });
  });
}

/// What is missing and a laboratory could tell, unless an order of the request or of the record asks for it already.
std::vector<rules::FactIndex> tests_to_order(Knowledge const& knowledge, Record const& record,
                                             std::vector<fhir::Order const*> const& others,
                                             rules::Findings const& findings) {
  std::vector<rules::FactIndex> tests;
  for (auto const& missing : findings.missing) {
    auto const fact = knowledge.rules.fact_index(missing.fact);
    if (!fact || knowledge.rules.facts[*fact].test.empty()) continue;
    auto const set = knowledge.set(knowledge.rules.facts[*fact].test.value_set);
    bool const drafted = std::any_of(others.begin(), others.end(), [&](fhir::Order const* order) {
      return recognise(knowledge, Place::treatment, order->drug, {}, true).match(set) != nullptr;
    });
    bool const ordered = std::any_of(record.treatments.begin(), record.treatments.end(), [&](auto const& treatment) {
      return treatment.treatment != nullptr && treatment.treatment->status == "active" &&
             treatment.statement.match(set) != nullptr;
    });
    if (!drafted && !ordered) tests.push_back(*fact);
  }
  return tests;
}

void note_gaps(fhir::Chart const& chart, Decision& decision) {
  if (chart.conditions_available != fhir::Availability::provided) decision.gaps.emplace_back("conditions");
  if (chart.allergies_available != fhir::Availability::provided) decision.gaps.emplace_back("allergies");
  auto source = decision.facts.source;
  bool no_reason = source == rules::IndicationSource::none || source == rules::IndicationSource::unmatched;
  decision.needs_conditions = no_reason && chart.conditions_available != fhir::Availability::provided;
}

/// The level of the heaviest finding on dose and safety.
rules::Indicator heaviest(rules::Findings const& findings) {
  auto most = rules::Indicator::none;
  for (auto const* list : {&findings.dose, &findings.safety}) {
    for (auto const& finding : *list) most = std::max(most, finding.indicator);
  }
  return most;
}

/// Dose, facts and findings of an order, by this body weight.
void judge(DecideInput const& input, Record const& record, std::vector<fhir::Order const*> const& others,
           std::optional<BodyWeight> const& weight, Decision& decision) {
  auto const& order = *decision.order;
  decision.dose = read_order_dose(input.knowledge, order, decision.product, weight);
  decision.facts = facts_of_order(input.knowledge, record, order, {decision.product, decision.dose, others});
  decision.findings = rules::evaluate(input.knowledge.rules, decision.facts);
  auto const related = other_orders(input.knowledge, record, order, decision.product, decision.dose, others);
  add_dose_findings({input.knowledge, record, decision.dose, decision.facts, related}, decision.findings);
  rules::add_safety(input.knowledge.rules, decision.facts, decision.findings);
}

}  // namespace

Interest interest_of(DecideInput const& input) {
  auto interest = Interest::none;
  for (auto const& order : input.orders) {
    if (!is_asked_about(order, input)) continue;
    if (is_product(input.knowledge, order)) return Interest::ivig;
    if (order.drug_unresolved) interest = Interest::unresolved;
  }
  return interest;
}

std::vector<Decision> decide(DecideInput const& input) {
  std::vector<Decision> decisions;
  std::optional<Record> record;  // most requests hold no IVIG order: read the record only for one
  for (auto const& order : input.orders) {
    if (!is_asked_about(order, input)) continue;
    Product product = recognise_product(input.knowledge, order);
    if (!product.ivig) continue;
    if (!record) {
      record = read_record(input.knowledge, input.chart, input.today);
      drop_own_orders(input.orders, *record);
    }
    std::vector<fhir::Order const*> others;
    for (auto const& other : input.orders) {
      if (&other != &order && is_live(other) && of_patient(other, input.patient_id)) others.push_back(&other);
    }
    Decision decision;
    decision.order = &order;
    decision.order_reference = reference_of(order);
    decision.patient_reference = order.patient_reference.empty() ? "Patient/" + std::string(input.patient_id)
                                                                 : std::string(order.patient_reference);
    decision.product = std::move(product);
    judge(input, *record, others, record->weight, decision);
    if (record->weight_doubt && record->weight_doubt->other) {
      Decision second = decision;
      judge(input, *record, others, record->weight_doubt->other, second);
      if (heaviest(decision.findings) < heaviest(second.findings)) decision = std::move(second);
    }
    decision.tests = tests_to_order(input.knowledge, *record, others, decision.findings);
    note_gaps(input.chart, decision);
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

}  // namespace ivig::advice
