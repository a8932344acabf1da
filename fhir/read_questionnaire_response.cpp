#include <algorithm>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

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

class AnswerReader {
 public:
  AnswerReader(Answer of_response, ReadLimits const& limits, Chart& chart)
      : of_response_(std::move(of_response)), limits_(limits), chart_(chart) {}

  /// `depth`: how many items the items of `parent` lie in.
  void read(Json const& parent, std::size_t depth) {
    // DSTU2 has `group` and `question`.
    for (std::string_view const name : {"item", "group", "question"}) {
      base::each(parent, name, [&](Json const& item, std::size_t) {
        if (depth > limits_.answer_depth) whole_ = false;
        else read_item(item, depth);
      });
    }
  }
  [[nodiscard]] bool whole() const { return whole_; }

 private:
  void read_item(Json const& item, std::size_t depth) {
    base::each(item, "answer", [&](Json const& given, std::size_t) {
      if (auto yes = yes_or_no(given)) {
        Answer answer = of_response_;
        answer.link_id = base::string_member(item, "linkId");
        answer.yes = *yes;
        if (!answer.link_id.empty()) keep(std::move(answer));
      }
      read(given, depth + 1);
    });
    read(item, depth + 1);
  }

  void keep(Answer answer) {
    auto const known = chart_.answer_places.find(answer.link_id);
    if (known != chart_.answer_places.end()) {
      if (answer.authored >= chart_.answers[known->second].authored) chart_.answers[known->second] = std::move(answer);
    } else if (chart_.answers.size() >= limits_.answers) {
      whole_ = false;
    } else {
      chart_.answer_places.emplace(answer.link_id, chart_.answers.size());
      chart_.answers.push_back(std::move(answer));
    }
  }

  Answer of_response_;
  ReadLimits const& limits_;
  Chart& chart_;
  bool whole_ = true;
};

}  // namespace

bool read_answers(Json const& resource, ReadLimits const& limits, Chart& chart) {
  // Half-filled forms, and those withdrawn, answer nothing. FHIR R4 QuestionnaireResponse.status
  if (known_code(resource, "status", {"completed", "amended"}).empty()) return true;
  Answer of_response;
  of_response.authored = first_day(resource, {"authored"});
  of_response.path = path_of(resource);
  AnswerReader reader(std::move(of_response), limits, chart);
  reader.read(resource, 0);
  return reader.whole();
}

}  // namespace ivig::fhir
