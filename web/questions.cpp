#include "web/questions.h"

#include <algorithm>
#include <vector>

#include "base/html.h"
#include "base/json_write.h"
#include "web/words.h"

namespace ivig::web {
namespace {

using base::escape_html;

constexpr std::string_view kPrefix = "answer.";

std::string change_html(std::string const& change) {
  auto const arrow = change.find(" -> ");
  if (change.empty()) return {};
  if (arrow == std::string::npos) return "<span class=\"soft\">" + escape_html(change) + "</span>";
  return "<span class=\"soft\">may turn " + stance_mark(change.substr(0, arrow)) + " into " +
         stance_mark(change.substr(arrow + 4)) + "</span>";
}

std::string choice(std::string const& fact, std::string_view value, std::string_view words, std::string const& chosen) {
  return "<label class=\"choice\"><input type=\"radio\" name=\"" + std::string(kPrefix) + escape_html(fact) +
         "\" value=\"" + std::string(value) + "\"" + (value == chosen ? " checked" : "") + ">" + std::string(words) +
         "</label>";
}

/// Some questions ask for a value; what is answered by yes or no is the fact behind it.
std::string group(rules::RuleSet const& rules, std::string const& fact, std::string const& change,
                  std::string const& chosen) {
  auto const& definition = rules.facts[*rules.fact_index(fact)];
  return "<fieldset><legend>" + escape_html(definition.ask) + " " + change_html(change) +
         "</legend><p class=\"soft\">" + escape_html(capital(definition.label)) + "</p>" +
         choice(fact, "yes", "Yes", chosen) + choice(fact, "no", "No", chosen) +
         choice(fact, "unknown", "Not known", chosen.empty() ? "unknown" : chosen) + "</fieldset>\n";
}

}  // namespace

bool is_answerable(rules::RuleSet const& rules, std::string_view fact) {
  auto const index = rules.fact_index(fact);
  return index && !rules.facts[*index].ask.empty();
}

std::string question_fields(rules::RuleSet const& rules, OrderShown const& order, Answers const& answers,
                            bool may_answer) {
  std::string html, others;
  auto missing = [&](std::string const& fact) {
    return std::any_of(order.missing.begin(), order.missing.end(), [&](auto const& one) { return one.fact == fact; });
  };
  for (auto const& [fact, value] : answers) {
    if (missing(fact) || !is_answerable(rules, fact) || !may_answer) continue;
    html += group(rules, fact, "", value);
  }
  for (auto const& question : order.missing) {
    auto const given = answers.find(question.fact);
    if (may_answer && is_answerable(rules, question.fact)) {
      html +=
          group(rules, question.fact, question.would_change, given == answers.end() ? std::string() : given->second);
    } else {
      others += "<li>" + escape_html(question.ask) + " " + change_html(question.would_change) + "</li>\n";
    }
  }
  if (!others.empty()) {
    html += (may_answer ? "<p>To be settled in the order or the record:</p>" : "") + ("<ul>" + others) + "</ul>\n";
  }
  return html;
}

Answers answers_in(rules::RuleSet const& rules, std::map<std::string, std::string> const& form) {
  Answers answers;
  for (auto const& [name, value] : form) {
    if (!name.starts_with(kPrefix) || (value != "yes" && value != "no" && value != "unknown")) continue;
    std::string const fact = name.substr(kPrefix.size());
    if (is_answerable(rules, fact)) answers[fact] = value;
  }
  return answers;
}

std::string questionnaire_response(rules::RuleSet const& rules, Answers const& answers, std::string_view patient,
                                   std::string_view authored) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.member("resourceType", "QuestionnaireResponse");
  json.member("id", "review-answers");
  json.member("questionnaire", "urn:ivig-cds:Questionnaire:facts|" + rules.version);
  json.member("status", "completed");
  if (!patient.empty()) {
    json.key("subject");
    json.begin_object();
    json.member("reference", patient);
    json.end_object();
  }
  json.member("authored", authored);
  json.key("item");
  json.begin_array();
  for (auto const& [fact, value] : answers) {
    if (value == "unknown" || !is_answerable(rules, fact)) continue;
    json.begin_object();
    json.member("linkId", fact);
    json.member("text", rules.facts[*rules.fact_index(fact)].ask);
    json.key("answer");
    json.begin_array();
    json.begin_object();
    json.member("valueBoolean", value == "yes");
    json.end_object();
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace ivig::web
