#include "rules/safety.h"

#include <algorithm>

#include "rules/truth_table.h"

namespace ivig::rules {
namespace {

/// Bytes of the record's words that a finding quotes for one fact.
constexpr std::size_t kQuoteBytes = 100;

/// The first level that holds; nullptr when none does. A level that is unknown does not hold: it may be asked for.
SafetyLevel const* level_of(SafetyRule const& rule, ExpressionInput const& input) {
  auto it = std::find_if(rule.levels.begin(), rule.levels.end(),
                         [&](SafetyLevel const& level) { return level.when.evaluate(input) == Truth::yes; });
  return it == rule.levels.end() ? nullptr : &*it;
}

/// The start of a text on one line, cut between characters.
std::string quoted(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  if (text.size() <= kQuoteBytes) return text;
  std::size_t end = kQuoteBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

/// Appends the words that the true facts of an expression rest on; for a derived fact those of the facts behind it.
void add_words(RuleSet const& rules, Facts const& facts, std::vector<FactIndex> const& mentioned,
               std::vector<std::string>& words) {
  for (FactIndex fact : mentioned) {
    auto const& value = facts.values[fact];
    if (value.value != Truth::yes) continue;
    if (value.basis == Basis::none) {
      add_words(rules, facts, rules.facts[fact].for_it.when.facts(), words);
    } else if (!value.detail.empty()) {
      std::string one = quoted(value.detail);
      if (std::find(words.begin(), words.end(), one) == words.end()) words.push_back(std::move(one));
    }
  }
}

CodedFinding finding_of(RuleSet const& rules, Facts const& facts, SafetyRule const& rule, SafetyLevel const& level) {
  std::vector<std::string> words;
  add_words(rules, facts, level.when.facts(), words);
  std::string found;
  for (auto const& one : words) found += (found.empty() ? "" : "; ") + one;
  std::string text = level.says;
  if (!found.empty()) {
    constexpr std::string_view kPlace = "{found}";
    std::string sentence = rules.safety_recorded;
    if (auto at = sentence.find(kPlace); at != std::string::npos) sentence.replace(at, kPlace.size(), found);
    text += " " + sentence;
  }
  return {rule.code, level.indicator, std::move(text), rule.cites};
}

std::vector<CodedFinding> findings_of(RuleSet const& rules, Facts const& facts, ExpressionInput const& input) {
  bool outside = facts.source == IndicationSource::outside;
  std::vector<CodedFinding> found;
  for (auto const& rule : rules.safety) {
    SafetyLevel const* level = level_of(rule, input);
    if (level == nullptr || (outside && level->indicator != Indicator::critical)) continue;
    found.push_back(finding_of(rules, facts, rule, *level));
  }
  std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.indicator > b.indicator; });
  return found;
}

/// The highest indicator of the levels that hold.
Indicator loudest(RuleSet const& rules, Facts const& facts, ExpressionInput const& input) {
  bool const outside = facts.source == IndicationSource::outside;
  Indicator highest = Indicator::none;
  for (auto const& rule : rules.safety) {
    SafetyLevel const* level = level_of(rule, input);
    if (level == nullptr || (outside && level->indicator != Indicator::critical)) continue;
    highest = std::max(highest, level->indicator);
  }
  return highest;
}

/// What learning the fact would do: to the indicator where it changes, else to this finding alone.
struct Change {
  bool of_finding = false;
  std::string of_indicator;  ///< "info -> warning"
};

Change change_by(RuleSet const& rules, Facts const& facts, TruthTable& truths, Findings const& now,
                 SafetyRule const& rule, SafetyLevel const* level, FactIndex fact) {
  Change change;
  Indicator beside = now.stance_indicator;  // what speaks whatever the safety rules say
  for (auto const& finding : now.dose) beside = std::max(beside, finding.indicator);
  for (Truth value : {Truth::yes, Truth::no}) {
    truths.suppose(fact, value);
    if (level_of(rule, truths.input()) != level) {
      change.of_finding = true;
      Indicator const indicator = std::max(beside, loudest(rules, facts, truths.input()));
      if (indicator != now.indicator) {
        change.of_indicator += change.of_indicator.empty() ? "" : " or ";
        change.of_indicator.append(to_string(now.indicator)).append(" -> ").append(to_string(indicator));
      }
    }
    truths.take_back();
  }
  return change;
}

void ask(RuleSet const& rules, Facts const& facts, TruthTable& truths, Findings& findings) {
  for (auto const& rule : rules.safety) {
    SafetyLevel const* level = level_of(rule, truths.input());
    if (level != nullptr && !level->question.fact.empty())
      add_missing(findings, {level->question.fact, level->question.ask, ""});
    for (FactIndex fact : rule.asks) {
      auto const& definition = rules.facts[fact];
      if (truths.facts()[fact] != Truth::unknown) continue;
      Change change = change_by(rules, facts, truths, findings, rule, level, fact);
      if (change.of_finding) add_missing(findings, {definition.id, definition.ask, std::move(change.of_indicator)});
    }
  }
}

}  // namespace

void add_safety(RuleSet const& rules, Facts const& facts, Findings& findings) {
  TruthTable truths(rules, facts);
  findings.safety = findings_of(rules, facts, truths.input());
  findings.indicator = combine_indicator(findings);
  if (findings.indicator != Indicator::none && facts.source != IndicationSource::outside)
    ask(rules, facts, truths, findings);
}

}  // namespace ivig::rules
