#include "rules/questions.h"

#include <algorithm>

namespace ivig::rules {

void add_advisable(RuleSet const& rules, std::vector<Truth> const& truths, Findings& findings) {
  if (findings.indicator == Indicator::none || findings.recommendations.empty()) return;
  std::vector<FactIndex> advisable = rules.rows[findings.recommendations.front().row].asks;
  for (auto const& exception : findings.exceptions) {
    if (exception.state != Truth::unknown) continue;
    auto const facts = rules.rows[exception.row].precondition->when.facts();
    advisable.insert(advisable.end(), facts.begin(), facts.end());
  }
  for (FactIndex fact : advisable) {
    auto const& definition = rules.facts[fact];
    bool listed = std::any_of(findings.missing.begin(), findings.missing.end(),
                              [&](Missing const& missing) { return missing.fact == definition.id; });
    if (truths[fact] == Truth::unknown && !listed && !definition.ask.empty())
      findings.missing.push_back({definition.id, definition.ask, ""});
  }
}

void ask_for_indication(RuleSet const& rules, Facts const& facts, Findings& findings) {
  bool inferred = facts.source == IndicationSource::inferred && findings.indicator != Indicator::none;
  if (inferred || (findings.stance_indicator == Indicator::info && !findings.stance))
    findings.missing.push_back({"indication", rules.sentence("ask-indication"), ""});
}

void ask_for_confirmation(RuleSet const& rules, Facts const& facts, Findings& findings) {
  if (findings.recommendations.empty()) return;
  auto ask_of = [&](FactIndex condition) {
    auto const& definition = rules.facts[condition];
    std::string ask = rules.sentence("ask-confirmation");
    constexpr std::string_view kPlace = "{condition}";
    if (auto at = ask.find(kPlace); at != std::string::npos) ask.replace(at, kPlace.size(), definition.label);
    add_missing(findings, {definition.id, std::move(ask), ""});
  };
  for (auto const& indication : facts.indications) {
    if (indication.provisional || !facts.contradicting.empty()) ask_of(indication.condition);
  }
  for (FactIndex fact : facts.doubtful) {
    bool const decides = std::any_of(findings.recommendations.begin(), findings.recommendations.end(),
                                     [&](Recommendation const& recommendation) {
                                       auto const mentioned = rules.rows[recommendation.row].requires_.facts();
                                       return std::find(mentioned.begin(), mentioned.end(), fact) != mentioned.end();
                                     });
    if (decides) ask_of(fact);
  }
}

}  // namespace ivig::rules
