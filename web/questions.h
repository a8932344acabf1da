#pragma once
// What is missing, each as a question that can be answered on the spot where the rules know the fact.

#include <map>
#include <string>

#include "rules/rule_set.h"
#include "web/order_view.h"

namespace ivig::web {

/// Answers so far: fact id -> yes | no | unknown.
using Answers = std::map<std::string, std::string>;

/// Whether the published Questionnaire has an item for the fact, so that an answer settles it.
[[nodiscard]] bool is_answerable(rules::RuleSet const& rules, std::string_view fact);

/// The fields of a form: a group of choices for each missing fact and each answered one, named "answer." and the fact.
/// What cannot be answered by yes or no is listed. Empty when nothing is missing. `may_answer` false: a list.
[[nodiscard]] std::string question_fields(rules::RuleSet const& rules, OrderShown const& order, Answers const& answers,
                                          bool may_answer);

/// The answers in a form's fields; facts that cannot be answered and words that are no answer are passed over.
[[nodiscard]] Answers answers_in(rules::RuleSet const& rules, std::map<std::string, std::string> const& form);

/// A FHIR R4 QuestionnaireResponse, completed, for the questionnaire of the rule set: how answers come into a case, and
/// what a reviewer may put into the record. `patient`: a reference, or empty. `authored`: RFC 3339.
[[nodiscard]] std::string questionnaire_response(rules::RuleSet const& rules, Answers const& answers,
                                                 std::string_view patient, std::string_view authored);

}  // namespace ivig::web
