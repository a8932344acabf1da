#pragma once
// The questions of the rule set as a form that an EHR can show.

#include <string>

#include "rules/rule_set.h"

namespace ivig::rules {

/// A FHIR R4 Questionnaire, as JSON text: one yes-or-no item for every fact that has an `ask`, with the fact's id as
/// linkId, so that a QuestionnaireResponse settles facts (docs/rule-form.md, "Answers").
[[nodiscard]] std::string questionnaire(RuleSet const& rules);

}  // namespace ivig::rules
