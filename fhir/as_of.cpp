#include "fhir/as_of.h"

#include <vector>

namespace ivig::fhir {
namespace {

bool is_after(std::optional<base::Day> const& date, base::Day day) { return date && *date > day; }

bool came_later(Condition const& condition, base::Day day) {
  return is_after(condition.recorded ? condition.recorded : condition.onset, day);
}

}  // namespace

Chart as_of(Chart then, base::Day day) {
  std::erase_if(then.conditions, [&](Condition const& condition) { return came_later(condition, day); });
  for (Condition& condition : then.conditions) {
    if (is_after(condition.abatement, day)) condition.clinical = ClinicalStatus::active;
  }
  std::erase_if(then.observations, [&](Observation const& result) { return is_after(result.effective, day); });
  std::erase_if(then.treatments, [&](Treatment const& treatment) { return is_after(treatment.start, day); });
  for (Treatment& treatment : then.treatments) {
    if (is_after(treatment.end, day) && treatment.status == "completed") treatment.status = "active";
  }
  std::erase_if(then.answers, [&](Answer const& answer) { return is_after(answer.authored, day); });
  return then;
}

}  // namespace ivig::fhir
