#include <algorithm>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

/// Deeper groups than this are no questionnaire that anybody filled in.
constexpr int kDepth = 10;
/// A longer list is no clinician's.
constexpr std::size_t kMostAnswers = 1000;

/// Yes or no as a boolean, or as a coding by code (HL7 v2-0136: Y, N) or display. Anything else answers nothing:
/// "don't know" above all.
std::optional<bool> yes_or_no(Json const& answer) {
  if (auto flag = base::bool_member(answer, "valueBoolean")) return flag;
  Json const* value = base::member(answer, "valueCoding");
  if (value == nullptr) value = base::member(answer, "valueString");
  if (value == nullptr) return std::nullopt;
  Concept const read = read_concept(*value);
  auto is = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      return same_code(read.text, word) ||
             std::any_of(read.codings.begin(), read.codings.end(), [&](Coding const& coding) {
               return same_code(coding.code, word) || same_code(coding.display, word);
             });
    });
  };
  if (is({"Y", "yes", "true"})) return true;
  if (is({"N", "no", "false"})) return false;
  return std::nullopt;
}

void keep(Answer answer, Chart& chart) {
  auto const known = chart.answer_places.find(answer.link_id);
  if (known == chart.answer_places.end()) {
    if (chart.answers.size() >= kMostAnswers) return;
    chart.answer_places.emplace(answer.link_id, chart.answers.size());
    chart.answers.push_back(std::move(answer));
  } else if (answer.authored >= chart.answers[known->second].authored) {
    chart.answers[known->second] = std::move(answer);
  }
}

void read_items(Json const& parent, Answer const& of_response, int depth, Chart& chart);

/// The items of one member: `item`, or DSTU2's `group` and `question`.
void read_items_of(Json const& parent, std::string_view name, Answer const& of_response, int depth, Chart& chart) {
  base::each(parent, name, [&](Json const& item, std::size_t) {
    base::each(item, "answer", [&](Json const& given, std::size_t) {
      if (auto yes = yes_or_no(given)) {
        Answer answer = of_response;
        answer.link_id = base::string_member(item, "linkId");
        answer.yes = *yes;
        if (!answer.link_id.empty()) keep(std::move(answer), chart);
      }
      read_items(given, of_response, depth + 1, chart);
    });
    read_items(item, of_response, depth + 1, chart);
  });
}

void read_items(Json const& parent, Answer const& of_response, int depth, Chart& chart) {
  if (depth > kDepth) return;
  for (std::string_view const name : {"item", "group", "question"}) {
    read_items_of(parent, name, of_response, depth, chart);
  }
}

}  // namespace

void read_answers(Json const& resource, Chart& chart) {
  // Half-filled forms, and those withdrawn, answer nothing. FHIR R4 QuestionnaireResponse.status
  if (known_code(resource, "status", {"completed", "amended"}).empty()) return;
  Answer of_response;
  of_response.authored = first_day(resource, {"authored"});
  of_response.path = path_of(resource);
  read_items(resource, of_response, 0, chart);
}

}  // namespace ivig::fhir
