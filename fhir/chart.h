#pragma once
// What is known about one patient in one call, whatever FHIR version it came in: plain values, no JSON.
//
// Lifetime: string_views point into the JsonBody objects that the values were read from; whoever holds a Chart
// holds those bodies as well. `path` members say where a value was read, in FHIRPath-like form, for provenance.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/instant.h"
#include "base/json_body.h"

namespace ivig::fhir {

/// FHIR Coding. `system` is as received; value_set.h knows the aliases.
struct Coding {
  std::string_view system;
  std::string_view code;
  std::string_view display;
  bool operator==(Coding const&) const = default;
};

/// FHIR CodeableConcept. All codings count, not only the first. REQ CTX-09
struct Concept {
  std::vector<Coding> codings;
  std::string_view text;
  [[nodiscard]] bool empty() const { return codings.empty() && text.empty(); }
  bool operator==(Concept const&) const = default;
};

/// FHIR Quantity with exact value. `unit_code` is the UCUM code when the system says so, else empty.
struct Quantity {
  std::optional<base::Decimal> value;
  std::string_view comparator;  ///< "<", "<=", ">=", ">" or empty
  std::string_view unit;        ///< as printed
  std::string_view unit_code;   ///< UCUM
};

/// A FHIR reference: type and id when they can be read from it, the literal otherwise.
struct Reference {
  std::string_view literal;  ///< "Medication/m1", "#m", "urn:uuid:..", "https://h/fhir/Medication/m1"
  std::string_view type;     ///< resource type, or empty
  std::string_view id;       ///< logical id without version, or empty
  std::string_view display;
};

enum class VerificationStatus { confirmed, provisional, refuted, entered_in_error };
enum class ClinicalStatus { active, remission, inactive };  ///< inactive: inactive or resolved

/// A Condition (problem, encounter diagnosis) of this patient.
/// No verification status reads as confirmed; no clinical status as active unless an end date is given.
struct Condition {
  std::string_view id;
  Concept code;
  ClinicalStatus clinical = ClinicalStatus::active;
  VerificationStatus verification = VerificationStatus::confirmed;
  std::string_view severity;             ///< text or display of Condition.severity
  std::vector<std::string_view> stages;  ///< text or display of Condition.stage[].summary
  std::vector<std::string_view> notes;
  std::optional<base::Day> onset;
  std::optional<base::Day> abatement;
  std::optional<base::Day> recorded;
  std::string path;  ///< "Condition/c1"
};

/// An Observation, one per code (components become observations of their own).
/// Only final, amended, corrected, preliminary and unknown statuses are read; cancelled and entered-in-error are not;
/// registered is read with pending = true.
struct Observation {
  std::string_view id;
  Concept code;
  bool pending = false;
  std::optional<base::Day> effective;  ///< the day as it was written
  std::optional<base::Instant> at;     ///< the moment, by its offset; of a date alone the start of that day
  std::optional<Quantity> quantity;
  Concept value_concept;        ///< valueCodeableConcept
  std::string_view value_text;  ///< valueString
  std::optional<bool> value_boolean;
  std::vector<Concept> interpretations;
  std::optional<Quantity> reference_low;
  std::optional<Quantity> reference_high;
  std::vector<std::string_view> notes;
  std::string path;
};

/// An AllergyIntolerance; refuted and entered-in-error ones are never read into a chart.
struct Allergy {
  std::string_view id;
  Concept code;
  std::string_view criticality;  ///< low | high | unable-to-assess | empty
  std::string_view type;         ///< allergy | intolerance | empty
  bool resolved = false;
  struct Reaction {
    std::vector<Concept> manifestations;
    std::string_view severity;  ///< mild | moderate | severe | empty
    Concept substance;
    std::string_view description;
  };
  std::vector<Reaction> reactions;
  std::vector<std::string_view> notes;
  std::string path;
};

/// A treatment given, taken or ordered: MedicationRequest, MedicationStatement, MedicationAdministration,
/// Procedure or ServiceRequest that is not one of the draft orders. entered-in-error is never read.
struct Treatment {
  std::string_view id;
  std::string_view resource_type;
  Concept what;
  std::string_view status;  ///< as received
  std::string_view intent;  ///< MedicationRequest, ServiceRequest
  std::vector<Concept> status_reasons;
  std::vector<Concept> reasons;   ///< why it was given
  std::vector<Concept> outcomes;  ///< Procedure.outcome
  std::vector<std::string_view> notes;
  std::optional<base::Day> start;
  std::optional<base::Day> end;
  std::vector<base::Json const*> dosages;  ///< dosageInstruction[] or dosage
  std::vector<Concept> routes;             ///< of every dosage
  std::string_view prior_order;            ///< priorPrescription literal
  std::string_view group;                  ///< groupIdentifier.value
  std::vector<std::string> identifiers;    ///< system|value
  std::string path;
};

/// What somebody answered to a yes-or-no question: one item of a QuestionnaireResponse.
struct Answer {
  std::string_view link_id;
  bool yes = false;
  std::optional<base::Day> authored;
  std::string path;  ///< "QuestionnaireResponse/q1"
};

enum class Sex { unknown, female, male, other };

struct Patient {
  std::string_view id;
  std::optional<base::Day> birth_date;
  Sex sex = Sex::unknown;
};

/// One medication order of the request (or of a Bundle handed to `check`).
struct Order {
  std::string_view resource_type;  ///< MedicationRequest, MedicationOrder, ServiceRequest, ProcedureRequest
  std::string_view id;
  std::string_view status;
  std::string_view intent;
  bool do_not_perform = false;
  bool reported = false;
  std::string_view patient_reference;  ///< literal of subject/patient
  bool of_another_patient = false;     ///< its subject is not the patient of the case
  Concept drug;                        ///< union of the codes of the order and of its Medication
  bool drug_unresolved = false;        ///< the reference led nowhere: only display or identifier is known
  std::vector<Concept> ingredients;
  std::vector<Concept> routes;  ///< of every dosage instruction
  struct Reason {
    Concept what;
    Condition const* condition = nullptr;  ///< the chart's Condition that reasonReference names, if found
    std::string path;                      ///< "MedicationRequest.reasonCode[0]"
  };
  std::vector<Reason> reasons;
  std::vector<std::string_view> notes;
  std::vector<base::Json const*> dosages;  ///< dosageInstruction[]
  std::string_view prior_order;            ///< priorPrescription literal
  std::string_view group;                  ///< groupIdentifier.value
  std::vector<std::string> identifiers;    ///< system|value
  std::optional<base::Day> authored;
  base::Json const* resource = nullptr;  ///< the order itself, for an update
  std::vector<std::string_view> unread;  ///< what was cut off as more than is read (ReadLimits), in words
};

/// Whether a kind of data was had at all: empty and absent are different. REQ PREF-02, PREF-03
enum class Availability {
  not_provided,      ///< neither prefetched nor fetched
  failed,            ///< asked for and refused, failed, or only part of it came
  another_patients,  ///< what came was another patient's, in whole or in part: the rest need not be all. REQ PREF-14
  provided,          ///< here, possibly empty
};

/// It was to be had, and could not be read, or not all of it.
[[nodiscard]] inline bool could_not_be_read(Availability state) {
  return state == Availability::failed || state == Availability::another_patients;
}

struct Chart {
  Patient patient;
  Availability patient_available = Availability::not_provided;
  std::vector<Condition> conditions;  ///< refuted ones stay in, marked; entered-in-error are left out
  Availability conditions_available = Availability::not_provided;
  std::vector<Observation> observations;
  Availability observations_available = Availability::not_provided;
  std::vector<Allergy> allergies;
  Availability allergies_available = Availability::not_provided;
  std::vector<Treatment> treatments;
  Availability treatments_available = Availability::not_provided;
  std::vector<Answer> answers;  ///< of completed and amended responses; per question the one authored last
  Availability answers_available = Availability::not_provided;
  std::unordered_map<std::string_view, std::size_t> answer_places;  ///< in `answers`, by question
};

}  // namespace ivig::fhir
