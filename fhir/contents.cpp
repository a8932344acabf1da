#include "fhir/contents.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_read.h"
#include "fhir/bundle.h"
#include "fhir/chart_types.h"

namespace ivig::fhir {

using base::Json;

std::optional<ChartKind> kind_of_type(std::string_view type) {
  if (type == "Patient") return ChartKind::patient;
  if (type == "Condition") return ChartKind::conditions;
  if (type == "Observation") return ChartKind::observations;
  if (type == "AllergyIntolerance") return ChartKind::allergies;
  if (is_order_type(type) || type == "MedicationStatement" || type == "MedicationUsage" ||
      type == "MedicationAdministration" || type == "Procedure") {
    return ChartKind::treatments;
  }
  return std::nullopt;
}

void collect(Json const& value, std::string_view full_url, Contents& contents) {
  std::string_view const type = type_of(value);
  if (type == "OperationOutcome") {
    contents.incomplete = contents.incomplete || tells_of_failure(value);
  } else if (is_bundle(value, type)) {
    contents.incomplete = contents.incomplete || has_next_page(value);
    if (std::string_view const self = link_of(value, "self"); !self.empty()) contents.searches.push_back(self);
    Json const* entries = base::member(value, "entry");
    if (contents.resources.empty() && entries != nullptr && entries->IsArray())
      contents.resources.reserve(entries->Size());
    base::each(value, "entry", [&](Json const& entry, std::size_t) {
      if (Json const* resource = base::object_member(entry, "resource")) {
        collect(*resource, base::string_member(entry, "fullUrl"), contents);
      }
    });
  } else if (!type.empty()) {
    contents.resources.push_back({&value, full_url, type});
  }
}

void keep_new(std::vector<Found>& resources, Seen& seen) {
  std::vector<Found> kept;
  kept.reserve(resources.size());
  for (auto it = resources.rbegin(); it != resources.rend(); ++it) {
    if (seen.first_time(*it)) kept.push_back(*it);
  }
  std::reverse(kept.begin(), kept.end());
  resources = std::move(kept);
}

Owner owner_of(Found const& found, std::string_view patient_id, ResourceIndex const& index) {
  if (found.type != "Patient") return owner_of(*found.resource, patient_id, index);
  std::string_view const id = base::string_member(*found.resource, "id");
  if (id.empty() || patient_id.empty()) return Owner::unsaid;
  return id == last_segment(patient_id) ? Owner::this_patient : Owner::another;
}

Availability& Availabilities::of(ChartKind kind) {
  switch (kind) {
    case ChartKind::patient: return chart_.patient_available;
    case ChartKind::conditions: return chart_.conditions_available;
    case ChartKind::observations: return chart_.observations_available;
    case ChartKind::allergies: return chart_.allergies_available;
    case ChartKind::treatments: break;
  }
  return chart_.treatments_available;
}

}  // namespace ivig::fhir
