#include "advice/decide.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "advice/dose_findings.h"
#include "advice/draft_orders.h"
#include "advice/interest.h"
#include "advice/other_orders.h"
#include "advice/record_evidence.h"
#include "advice/selections.h"
#include "fhir/read_resources.h"
#include "rules/evaluate.h"
#include "rules/safety.h"

namespace ivig::advice {
namespace {

/// A reference that leads to the patient from outside the order as well: a contained Patient, or one of a Bundle that
/// is the case's, is known there by the case's own id.
std::string patient_reference_of(fhir::Order const& order, std::string_view patient_id) {
  std::string_view const literal = order.patient_reference;
  bool const local =
      literal.starts_with('#') || (literal.starts_with("urn:") && fhir::last_segment(literal) != patient_id);
  if (literal.empty() || (local && !patient_id.empty())) return "Patient/" + std::string(patient_id);
  return std::string(literal);
}

/// An order that advice is given on if it turns out to be one of immune globulin.
bool is_asked_about(fhir::Order const& order, Selections const& selections) {
  return is_live(order) && !order.of_another_patient && selections.hold(order);
}

/// An order being checked is no prior treatment, even where the chart lists it as well. REQ PREF-13
void drop_own_orders(std::vector<fhir::Order> const& orders, Record& record) {
  std::unordered_set<std::string> own;
  for (auto const& order : orders) {
    if (!order.id.empty()) own.insert(reference_of(order));
  }
  std::erase_if(record.treatments,
                [&](TreatmentStatement const& treatment) { return own.contains(treatment.statement.path); });
}

/// The sets that active treatments of the record are of, by SetIndex.
std::vector<char> active_sets(Knowledge const& knowledge, Record const& record) {
  std::vector<char> active(knowledge.terms.sets().size(), 0);
  for (auto const& treatment : record.treatments) {
    if (treatment.treatment == nullptr || treatment.treatment->status != "active") continue;
    for (auto const& match : treatment.statement.sets) active[match.set] = 1;
  }
  return active;
}

void note_gaps(fhir::Chart const& chart, RecordEvidence const& evidence, Decision& decision) {
  if (chart.conditions_available != fhir::Availability::provided) decision.gaps.emplace_back("conditions");
  if (chart.allergies_available != fhir::Availability::provided) decision.gaps.emplace_back("allergies");
  // What a client does not send is no gap of these; what was asked for and could not be read is.
  if (could_not_be_read(chart.observations_available)) decision.gaps.emplace_back("observations");
  if (could_not_be_read(chart.treatments_available)) decision.gaps.emplace_back("medications and procedures");
  if (could_not_be_read(chart.answers_available)) decision.gaps.emplace_back("answers of questionnaires");
  if (could_not_be_read(chart.patient_available)) decision.gaps.emplace_back("age and sex");
  for (std::string_view const part : decision.order->unread) decision.gaps.emplace_back(part);
  for (auto const& test : evidence.unread_units()) decision.gaps.push_back("a readable value and unit of " + test);
  auto source = decision.facts.source;
  bool no_reason = source == rules::IndicationSource::none || source == rules::IndicationSource::unmatched;
  // Conditions of another patient did come: the caller cannot mend it by sending them, so that the answer is a card.
  decision.needs_conditions = no_reason && (chart.conditions_available == fhir::Availability::not_provided ||
                                            chart.conditions_available == fhir::Availability::failed);
}

/// The level of the heaviest finding on dose and safety.
rules::Indicator heaviest(rules::Findings const& findings) {
  auto most = rules::Indicator::none;
  for (auto const* list : {&findings.dose, &findings.safety}) {
    for (auto const& finding : *list) most = std::max(most, finding.indicator);
  }
  return most;
}

/// Decides order by order on what is read once for all of them.
class Decider {
 public:
  /// `asked`: the orders of IVIG that advice is given on, with their products. `live`: all of the patient.
  struct Asked {
    std::size_t place;  ///< in `live`
    Product product;
  };
  Decider(DecideInput const& input, std::vector<fhir::Order const*> live, std::vector<Asked> asked)
      : input_(input),
        knowledge_(input.knowledge),
        live_(std::move(live)),
        asked_(std::move(asked)),
        record_(read_record(input.knowledge, input.chart, input.today)),
        drafts_(input.knowledge, live_) {
    drop_own_orders(input.orders, record_);
    evidence_.emplace(knowledge_, record_);
  }

  std::vector<Decision> run() && {
    std::vector<Product> const products = products_of_all();
    std::vector<OrderDose> doses;
    doses.reserve(live_.size());
    std::vector<IvigDraft> ivig;
    std::vector<std::size_t> ivig_place(live_.size());
    for (std::size_t i = 0; i < live_.size(); ++i) {
      if (!products[i].ivig) continue;
      ivig_place[i] = ivig.size();
      doses.push_back(read_order_dose(knowledge_, *live_[i], products[i], record_.weight));
      ivig.push_back({*live_[i], products[i], doses.back()});
    }
    IvigOrders const related(knowledge_, record_, ivig);
    std::vector<Decision> decisions;
    decisions.reserve(asked_.size());
    for (auto& asked : asked_) {
      std::size_t const place = ivig_place[asked.place];
      decisions.push_back(decide(asked, ivig[place].dose, related.beside(place)));
    }
    return decisions;
  }

 private:
  /// By place in `live`; those asked about were recognised already.
  std::vector<Product> products_of_all() {
    std::vector<Product> products(live_.size());
    std::vector<char> known(live_.size(), 0);
    for (auto const& asked : asked_) {
      products[asked.place] = asked.product;
      known[asked.place] = 1;
    }
    for (std::size_t i = 0; i < live_.size(); ++i) {
      if (known[i] == 0) products[i] = recognise_product(knowledge_, *live_[i]);
    }
    return products;
  }

  Decision decide(Asked& asked, OrderDose const& dose, std::vector<OtherOrder> const& related) {
    fhir::Order const& order = *live_[asked.place];
    Decision decision;
    decision.order = &order;
    decision.order_reference = reference_of(order);
    decision.patient_reference = patient_reference_of(order, input_.patient_id);
    decision.product = std::move(asked.product);
    judge(asked, dose, related, decision);
    if (record_.weight_doubt && record_.weight_doubt->other) {
      Decision second = decision;
      judge(asked, read_order_dose(knowledge_, order, decision.product, record_.weight_doubt->other), related, second);
      if (heaviest(decision.findings) < heaviest(second.findings)) decision = std::move(second);
    }
    decision.tests = tests_to_order(asked.place, decision.findings);
    note_gaps(input_.chart, *evidence_, decision);
    return decision;
  }

  /// Dose, facts and findings of an order that is to be given in this dose.
  void judge(Asked const& asked, OrderDose const& dose, std::vector<OtherOrder> const& related, Decision& decision) {
    decision.dose = dose;
    decision.facts = facts_of_order(knowledge_, record_, *decision.order,
                                    {decision.product, dose, drafts_, asked.place, *evidence_});
    decision.findings = rules::evaluate(knowledge_.rules, decision.facts);
    add_dose_findings({knowledge_, record_, decision.dose, decision.facts, related}, decision.findings);
    rules::add_safety(knowledge_.rules, decision.facts, decision.findings);
  }

  /// What is missing and a laboratory could tell, unless an order of the request or of the record asks for it already.
  std::vector<rules::FactIndex> tests_to_order(std::size_t own, rules::Findings const& findings) {
    std::vector<rules::FactIndex> tests;
    for (auto const& missing : findings.missing) {
      auto const fact = knowledge_.rules.fact_index(missing.fact);
      if (!fact || knowledge_.rules.facts[*fact].test.empty()) continue;
      auto const set = knowledge_.set(knowledge_.rules.facts[*fact].test.value_set);
      if (active_sets_.empty()) active_sets_ = active_sets(knowledge_, record_);
      if (!drafts_.another_is_for(set, own) && active_sets_[set] == 0) tests.push_back(*fact);
    }
    return tests;
  }

  DecideInput const& input_;
  Knowledge const& knowledge_;
  std::vector<fhir::Order const*> live_;
  std::vector<Asked> asked_;
  Record record_;
  std::optional<RecordEvidence> evidence_;  // of the record without the orders of the call
  DraftOrders drafts_;
  std::vector<char> active_sets_;  // by SetIndex; empty until asked for
};

}  // namespace

Interest interest_of(DecideInput const& input) {
  auto interest = Interest::none;
  Selections const selections(input.selections);
  for (auto const& order : input.orders) {
    if (!is_asked_about(order, selections)) continue;
    if (is_product(input.knowledge, order)) return Interest::ivig;
    if (order.drug_unresolved) interest = Interest::unresolved;
  }
  return interest;
}

std::vector<Decision> decide(DecideInput const& input) {
  Selections const selections(input.selections);
  std::vector<fhir::Order const*> live;
  std::vector<Decider::Asked> asked;
  for (auto const& order : input.orders) {
    if (!is_live(order) || order.of_another_patient) continue;
    if (selections.hold(order)) {
      Product product = recognise_product(input.knowledge, order);
      if (product.ivig) asked.push_back({live.size(), std::move(product)});
    }
    live.push_back(&order);
  }
  if (asked.empty()) return {};  // most requests hold no IVIG order: the record is read only for one
  return Decider(input, std::move(live), std::move(asked)).run();
}

}  // namespace ivig::advice
