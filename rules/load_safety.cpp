#include <algorithm>
#include <array>

#include "rules/load.h"

namespace ivig::rules {
namespace {

using base::each;
using base::Json;
using base::member;
using base::string_member;

base::Result<SafetyLevel> read_level(RuleFile const& file, std::string_view code, Json const& json,
                                     RuleSet const& rules) {
  if (auto ok = file.only(json, code, {"indicator", "when", "says", "ask"}); !ok) return tl::unexpected(ok.error());
  SafetyLevel level;
  auto question = read_question(file, code, json);
  if (!question) return tl::unexpected(question.error());
  level.question = std::move(*question);
  auto indicator = indicator_from(string_member(json, "indicator"));
  if (!indicator) return file.error(code, "levels.indicator", "must be none, info, warning or critical");
  level.indicator = *indicator;
  level.says = string_member(json, "says");
  if (level.says.empty()) return file.error(code, "levels.says", "say in a sentence what the risk is and what to do");
  Json const* when = member(json, "when");
  if (when == nullptr) return file.error(code, "levels.when", "is missing: an expression over facts");
  auto expression = Expression::compile(*when, [&](std::string_view fact) { return rules.fact_index(fact); });
  if (!expression) return file.error(code, "levels.when", expression.error().detail);
  level.when = std::move(*expression);
  return level;
}

base::Result<void> read_source(RuleFile const& file, Json const& json, SafetyRule& rule) {
  constexpr std::array<std::string_view, 3> kStatuses{"source-read", "public-source", "unverified"};
  rule.cites = string_member(json, "cites");
  if (rule.cites.empty()) return file.error(rule.code, "cites", "is missing: the source a card may name");
  Json const* verification = base::object_member(json, "verification");
  if (verification == nullptr) return file.error(rule.code, "verification", "is missing");
  if (auto ok = file.only(*verification, rule.code, {"status", "note"}); !ok) return ok;
  rule.verification = string_member(*verification, "status");
  rule.verification_note = string_member(*verification, "note");
  if (std::find(kStatuses.begin(), kStatuses.end(), rule.verification) == kStatuses.end())
    return file.error(rule.code, "verification.status", "must be source-read, public-source or unverified");
  return {};
}

base::Result<void> read_rule(RuleFile const& file, Json const& json, RuleSet& rules) {
  SafetyRule rule;
  rule.code = string_member(json, "id");
  if (rule.code.empty()) return file.error("", "id", "every safety rule needs an id: its code");
  if (auto ok = file.only(json, rule.code, {"id", "levels", "asks", "cites", "verification"}); !ok) return ok;
  if (std::any_of(rules.safety.begin(), rules.safety.end(), [&](auto const& known) { return known.code == rule.code; }))
    return file.error(rule.code, "id", "stands twice");
  base::Result<void> outcome;
  each(json, "levels", [&](Json const& item, std::size_t) {
    auto level = read_level(file, rule.code, item, rules);
    if (level) rule.levels.push_back(std::move(*level));
    else outcome = tl::unexpected(level.error());
  });
  if (!outcome) return outcome;
  if (rule.levels.empty()) return file.error(rule.code, "levels", "needs at least one level");
  for (auto const& id : string_list(json, "asks")) {
    auto fact = rules.fact_index(id);
    if (!fact) return file.error(rule.code, "asks", unknown_fact(rules, id));
    if (rules.facts[*fact].ask.empty()) return file.error(rule.code, "asks", "the fact \"" + id + "\" has no ask");
    rule.asks.push_back(*fact);
  }
  if (auto ok = read_source(file, json, rule); !ok) return ok;
  rules.safety.push_back(std::move(rule));
  return {};
}

}  // namespace

base::Result<FindingQuestion> read_question(RuleFile const& file, std::string_view id, Json const& json) {
  Json const* form = member(json, "ask");
  if (form == nullptr) return FindingQuestion{};
  if (auto ok = file.only(*form, id, {"fact", "text"}); !ok) return tl::unexpected(ok.error());
  FindingQuestion question{std::string(string_member(*form, "fact")), std::string(string_member(*form, "text"))};
  if (question.fact.empty() || question.ask.empty()) return file.error(id, "ask", "needs fact and text");
  return question;
}

base::Result<void> load_safety(RuleFile const& file, RuleSet& rules) {
  base::Result<void> outcome = file.only(file.root(), "", {"recorded", "rules"});
  rules.safety_recorded = string_member(file.root(), "recorded");
  if (outcome && rules.safety_recorded.find("{found}") == std::string::npos)
    outcome = file.error("", "recorded", "needs the place {found} for the words of the record");
  each(file.root(), "rules", [&](Json const& json, std::size_t) {
    if (outcome) outcome = read_rule(file, json, rules);
  });
  return outcome;
}

}  // namespace ivig::rules
