#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

/// Older versions say "not done" in a boolean, R5 in `adherence`: one status for all. Otherwise as received.
std::string_view read_status(Json const& resource) {
  if (base::bool_member(resource, "wasNotTaken") == true) return "not-taken";  // DSTU2 MedicationStatement
  if (base::string_member(resource, "taken") == "n") return "not-taken";       // STU3 MedicationStatement
  for (std::string_view const name : {"wasNotGiven", "notGiven", "notDone", "notPerformed"}) {
    if (base::bool_member(resource, name) == true) return "not-done";
  }
  if (Json const* adherence = base::object_member(resource, "adherence")) {
    for (Concept const& code : read_concepts(*adherence, "code")) {
      for (Coding const& coding : code.codings) {
        if (coding.code.starts_with("not-taking")) return "not-taken";
      }
    }
  }
  return base::string_member(resource, "status");
}

struct Span {
  std::optional<base::Day> start, end;
};

/// When it was given; for an order, when it was written.
Span read_span(Json const& resource) {
  Span span;
  // "occurence" is R5's own spelling in MedicationAdministration.
  span.start = first_day(resource, {"effectiveDateTime", "effectiveTimeDateTime", "performedDateTime",
                                    "occurrenceDateTime", "occurenceDateTime", "scheduledDateTime"});
  for (std::string_view const name : {"effectivePeriod", "effectiveTimePeriod", "performedPeriod", "occurrencePeriod",
                                      "occurencePeriod", "scheduledPeriod", "effectiveDosePeriod"}) {
    Json const* period = base::object_member(resource, name);
    if (period == nullptr) continue;
    if (!span.start) span.start = first_day(*period, {"start"});
    if (!span.end) span.end = first_day(*period, {"end"});
  }
  if (!span.end) span.end = first_day(resource, {"dateEnded"});
  if (!span.start) span.start = first_day(resource, {"authoredOn", "dateWritten", "orderedOn", "dateAsserted"});
  return span;
}

}  // namespace

std::optional<Treatment> read_treatment(Json const& resource, ResourceIndex const& index) {
  // An order not to give something is no treatment.
  if (base::bool_member(resource, "doNotPerform") == true) return std::nullopt;
  if (!known_code(resource, "status", {"entered-in-error"}).empty()) return std::nullopt;

  Treatment treatment;
  treatment.id = base::string_member(resource, "id");
  treatment.resource_type = base::string_member(resource, "resourceType");
  treatment.what = read_drug_name(resource, index);
  if (Json const* code = base::member(resource, "code")) merge(treatment.what, read_concept(*code));
  treatment.status = read_status(resource);
  treatment.intent = base::string_member(resource, "intent");
  for (std::string_view const name : {"statusReason", "reasonNotTaken", "reasonNotGiven", "reasonNotPerformed",
                                      "reasonNotPerformedCodeableConcept", "notDoneReason", "reasonEnded"}) {
    for (Concept& reason : read_concepts(resource, name)) treatment.status_reasons.push_back(std::move(reason));
  }
  for (Order::Reason& reason : read_reasons(resource, index, nullptr)) {
    if (!reason.what.empty()) treatment.reasons.push_back(std::move(reason.what));
  }
  for (Concept& reason : read_concepts(resource, "reasonGiven")) treatment.reasons.push_back(std::move(reason));
  treatment.outcomes = read_concepts(resource, "outcome");
  treatment.notes = read_notes(resource);
  Span const span = read_span(resource);
  treatment.start = span.start;
  treatment.end = span.end;
  for (std::string_view const name : {"dosageInstruction", "dosage"}) {
    each_first(resource, name, kMostItems, [&](Json const& dosage, std::size_t) {
      if (!dosage.IsObject()) return;
      treatment.dosages.push_back(&dosage);
      for (Concept& route : read_concepts(dosage, "route")) treatment.routes.push_back(std::move(route));
    });
  }
  treatment.prior_order = read_prior_order(resource);
  treatment.group = read_group(resource);
  treatment.identifiers = read_identifiers(resource);
  treatment.path = path_of(resource);
  return treatment;
}

}  // namespace ivig::fhir
