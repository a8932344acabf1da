#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

bool is_reported(Json const& resource) {
  if (base::bool_member(resource, "reportedBoolean") == true || base::bool_member(resource, "reported") == true) {
    return true;
  }
  Json const* source = base::object_member(resource, "reportedReference");
  if (source == nullptr) return false;
  Reference const reference = parse_reference(*source);
  return !reference.literal.empty() || !reference.display.empty() || base::member(*source, "identifier") != nullptr;
}

void read_dosages(Json const& resource, Order& order) {
  each_first(resource, "dosageInstruction", kMostItems, [&](Json const& dosage, std::size_t) {
    if (!dosage.IsObject()) return;
    order.dosages.push_back(&dosage);
    for (Concept& route : read_concepts(dosage, "route")) order.routes.push_back(std::move(route));
  });
}

}  // namespace

std::vector<std::string> read_identifiers(Json const& resource) {
  std::vector<std::string> identifiers;
  each_first(resource, "identifier", kMostItems, [&](Json const& identifier, std::size_t) {
    std::string_view const value = base::string_member(identifier, "value");
    if (value.empty()) return;
    std::string text(base::string_member(identifier, "system"));
    text += '|';
    text += value;
    identifiers.push_back(std::move(text));
  });
  return identifiers;
}

std::string_view read_group(Json const& resource) {
  for (std::string_view const name : {"groupIdentifier", "requisition"}) {
    Json const* group = base::object_member(resource, name);
    std::string_view const value = group == nullptr ? std::string_view() : base::string_member(*group, "value");
    if (!value.empty()) return value;
  }
  return {};
}

std::string_view read_prior_order(Json const& resource) {
  for (std::string_view const name : {"priorPrescription", "replaces"}) {
    Json const* prior = base::member(resource, name);
    std::string_view const literal = prior == nullptr ? std::string_view() : parse_reference(*prior).literal;
    if (!literal.empty()) return literal;
  }
  return {};
}

bool is_order_type(std::string_view resource_type) {
  return resource_type == "MedicationRequest" || resource_type == "MedicationOrder" ||
         resource_type == "ServiceRequest" || resource_type == "ProcedureRequest";
}

Order read_order_alone(Json const& resource, ResourceIndex const& index, std::string_view patient_id) {
  Order order;
  order.resource = &resource;
  order.resource_type = base::string_member(resource, "resourceType");
  order.id = base::string_member(resource, "id");
  order.status = base::string_member(resource, "status");
  order.intent = base::string_member(resource, "intent");
  order.do_not_perform = base::bool_member(resource, "doNotPerform") == true;
  order.reported = is_reported(resource);
  if (Json const* patient = patient_member(resource)) order.patient_reference = parse_reference(*patient).literal;
  order.of_another_patient = !belongs_to(resource, patient_id, index);

  Drug drug = read_drug(resource, index);
  order.drug = std::move(drug.what);
  order.ingredients = std::move(drug.ingredients);
  order.drug_unresolved = drug.unresolved;
  if (Json const* code = base::member(resource, "code")) merge(order.drug, read_concept(*code));

  read_dosages(resource, order);
  order.notes = read_notes(resource);
  order.prior_order = read_prior_order(resource);
  order.identifiers = read_identifiers(resource);
  order.group = read_group(resource);
  order.authored = first_day(resource, {"authoredOn", "dateWritten", "orderedOn"});
  return order;
}

void add_reasons(Order& order, ResourceIndex const& index, Chart const& chart) {
  order.reasons = read_reasons(*order.resource, index, &chart);
}

Order read_order(Json const& resource, ResourceIndex const& index, Chart const& chart) {
  Order order = read_order_alone(resource, index, chart.patient.id);
  add_reasons(order, index, chart);
  return order;
}

}  // namespace ivig::fhir
