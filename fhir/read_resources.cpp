// One resource of any type into the chart.

#include "fhir/read_resources.h"

#include <utility>

#include "base/json_read.h"
#include "fhir/chart_types.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

void read_patient(Json const& resource, std::string_view patient_id, Chart& chart) {
  std::string_view const id = base::string_member(resource, "id");
  if (!id.empty() && !patient_id.empty() && id != last_segment(patient_id)) return;
  Patient patient;
  patient.id = id.empty() ? last_segment(patient_id) : id;
  patient.birth_date = first_day(resource, {"birthDate"});
  std::string_view const gender = known_code(resource, "gender", {"female", "male", "other"});
  if (gender == "female") patient.sex = Sex::female;
  if (gender == "male") patient.sex = Sex::male;
  if (gender == "other") patient.sex = Sex::other;
  // Sent twice (as a bare resource and in a Bundle): the first counts, the second fills gaps.
  if (!chart.patient.id.empty() && chart.patient.id != patient.id) return;
  chart.patient.id = patient.id;
  if (!chart.patient.birth_date) chart.patient.birth_date = patient.birth_date;
  if (chart.patient.sex == Sex::unknown) chart.patient.sex = patient.sex;
}

bool is_treatment_type(std::string_view type) {
  return is_order_type(type) || type == "MedicationStatement" || type == "MedicationUsage" ||
         type == "MedicationAdministration" || type == "Procedure";
}

}  // namespace

bool is_chart_type(std::string_view type) {
  return type == "Patient" || type == "Condition" || type == "Observation" || type == "AllergyIntolerance" ||
         type == "QuestionnaireResponse" || is_treatment_type(type);
}

void read_into_chart(Json const& resource, std::string_view patient_id, ResourceIndex const& index, Chart& chart,
                     ReadLimits const& limits) {
  std::string_view const type = base::string_member(resource, "resourceType");
  if (type == "Patient") return read_patient(resource, patient_id, chart);
  if (!belongs_to(resource, patient_id, index)) return;
  if (type == "Condition") {
    if (auto condition = read_condition(resource)) chart.conditions.push_back(std::move(*condition));
  } else if (type == "Observation") {
    read_observation(resource, chart.observations);
  } else if (type == "AllergyIntolerance") {
    if (auto allergy = read_allergy(resource)) chart.allergies.push_back(std::move(*allergy));
  } else if (type == "QuestionnaireResponse") {
    if (!read_answers(resource, limits, chart)) chart.answers_available = Availability::failed;
  } else if (is_treatment_type(type)) {
    if (auto treatment = read_treatment(resource, index)) chart.treatments.push_back(std::move(*treatment));
  }
}

}  // namespace ivig::fhir
