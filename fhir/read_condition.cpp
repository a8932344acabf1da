#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

struct End {
  bool given = false;
  std::optional<base::Day> day;
};

/// abatement[x]: whether the condition is said to have ended, and when.
End read_abatement(Json const& resource) {
  End end;
  end.day = first_day(resource, {"abatementDateTime", "abatementDate"});
  if (Json const* period = base::object_member(resource, "abatementPeriod"); period != nullptr && !end.day) {
    end.day = first_day(*period, {"end", "start"});
  }
  Json const* age = base::object_member(resource, "abatementAge");
  Json const* range = base::object_member(resource, "abatementRange");
  end.given = end.day.has_value() || !base::string_member(resource, "abatementString").empty() ||
              !base::string_member(resource, "abatementDateTime").empty() ||
              base::bool_member(resource, "abatementBoolean") == true ||
              (age != nullptr && base::member(*age, "value") != nullptr) ||
              (range != nullptr && (base::member(*range, "low") != nullptr || base::member(*range, "high") != nullptr));
  return end;
}

ClinicalStatus clinical_status(Json const& resource, bool ended) {
  std::string_view const code =
      known_code(resource, "clinicalStatus", {"active", "recurrence", "relapse", "remission", "inactive", "resolved"});
  if (code == "remission") return ClinicalStatus::remission;
  if (code == "inactive" || code == "resolved") return ClinicalStatus::inactive;
  return code.empty() && ended ? ClinicalStatus::inactive : ClinicalStatus::active;
}

VerificationStatus verification_status(Json const& resource) {
  std::string_view const code =
      known_code(resource, "verificationStatus",
                 {"entered-in-error", "refuted", "provisional", "differential", "unconfirmed", "confirmed"});
  if (code == "entered-in-error") return VerificationStatus::entered_in_error;
  if (code == "refuted") return VerificationStatus::refuted;
  return code.empty() || code == "confirmed" ? VerificationStatus::confirmed : VerificationStatus::provisional;
}

}  // namespace

std::optional<Condition> read_condition(Json const& resource) {
  Condition condition;
  condition.verification = verification_status(resource);
  if (condition.verification == VerificationStatus::entered_in_error) return std::nullopt;

  End const end = read_abatement(resource);
  condition.id = base::string_member(resource, "id");
  condition.clinical = clinical_status(resource, end.given);
  condition.abatement = end.day;
  if (Json const* code = base::member(resource, "code")) condition.code = read_concept(*code);
  if (Json const* severity = base::member(resource, "severity")) {
    condition.severity = concept_name(read_concept(*severity));
  }
  base::each(resource, "stage", [&](Json const& stage, std::size_t) {
    Json const* summary = base::member(stage, "summary");
    if (summary == nullptr) return;
    std::string_view const name = concept_name(read_concept(*summary));
    if (!name.empty()) condition.stages.push_back(name);
  });
  condition.notes = read_notes(resource);
  condition.onset = first_day(resource, {"onsetDateTime", "onsetDate"});
  if (Json const* period = base::object_member(resource, "onsetPeriod"); period != nullptr && !condition.onset) {
    condition.onset = first_day(*period, {"start", "end"});
  }
  condition.recorded = first_day(resource, {"recordedDate", "assertedDate", "dateRecorded", "dateAsserted"});
  condition.path = path_of(resource);
  return condition;
}

}  // namespace ivig::fhir
