#include "rules/lint.h"

#include <algorithm>
#include <set>

namespace ivig::rules {
namespace {

constexpr std::size_t kSummaryUnits = 139;  // CARD-02

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) units += byte >= 0xf0U ? 2 : 1;
  }
  return units;
}

/// The composed summary with its values filled in: what a card of this row would say.
std::string composed_summary(RuleSet const& rules, Row const& row) {
  if (!row.summary.empty()) return row.summary;
  std::string text = rules.sentence("summary-" + std::string(to_string(row.stance)));
  for (auto const& [name, value] : {std::pair<std::string, std::string>{"{subject}", row.subject},
                                    {"{guideline}", rules.guidelines[row.guideline].short_name},
                                    {"{evidence}", row.evidence}}) {
    if (auto at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
  }
  return text;
}

/// Tries values of the facts an expression mentions until it holds; beyond 16 facts it is taken to be satisfiable.
bool can_hold(RuleSet const& rules, Row const& row) {
  std::set<FactIndex> mentioned;
  for (auto const* expression : {&row.requires_, &row.excludes}) {
    for (FactIndex fact : expression->facts()) mentioned.insert(fact);
  }
  if (mentioned.size() > 16) return true;
  std::vector<FactIndex> facts(mentioned.begin(), mentioned.end());
  std::vector<Truth> values(rules.facts.size(), Truth::no);
  std::vector<Truth> indications(rules.facts.size(), Truth::no);
  for (FactIndex condition : row.conditions) indications[condition] = Truth::yes;
  for (std::size_t mask = 0; mask < (std::size_t{1} << facts.size()); ++mask) {
    for (std::size_t i = 0; i < facts.size(); ++i) values[facts[i]] = (mask >> i & 1U) != 0 ? Truth::yes : Truth::no;
    ExpressionInput input{values, indications};
    bool excluded = !row.excludes.empty() && row.excludes.evaluate(input) != Truth::no;
    if (row.requires_.evaluate(input) == Truth::yes && !excluded) return true;
  }
  return false;
}

void lint_facts(RuleSet const& rules, std::vector<LintFinding>& findings) {
  std::set<FactIndex> used;
  auto use = [&](Expression const& expression) {
    for (FactIndex fact : expression.facts()) used.insert(fact);
  };
  for (auto const& row : rules.rows) {
    use(row.requires_);
    use(row.excludes);
    if (row.precondition) use(row.precondition->when);
    for (auto const& caution : row.cautions) use(caution.when);
    used.insert(row.conditions.begin(), row.conditions.end());
    used.insert(row.asks.begin(), row.asks.end());
  }
  for (auto const& rule : rules.safety) {
    for (auto const& level : rule.levels) use(level.when);
    used.insert(rule.asks.begin(), rule.asks.end());
  }
  for (auto const& finding : rules.dose.findings) {
    use(finding.when);
    use(finding.unless);
  }
  for (auto const& fact : rules.facts) {
    use(fact.for_it.when);
    use(fact.against_it.when);
    used.insert(fact.broader_of.begin(), fact.broader_of.end());
    used.insert(fact.about.begin(), fact.about.end());
  }
  for (std::size_t i = 0; i < rules.facts.size(); ++i) {
    auto const& fact = rules.facts[i];
    bool speaks = fact.outside || fact.indication;
    if (!speaks && used.count(static_cast<FactIndex>(i)) == 0) {
      findings.push_back({false, "facts.json: " + fact.id, "no row or fact uses it"});
    }
    // Conditions and reactions are settled by the list that they would stand in.
    bool of_a_list = fact.kind == FactKind::condition || fact.kind == FactKind::reaction;
    bool can_be_unknown = !fact.default_no && fact.for_it.when.empty() && !of_a_list;
    if (can_be_unknown && fact.ask.empty())
      findings.push_back({true, "facts.json: " + fact.id + ": ask", "is missing: it can be unknown"});
  }
}

}  // namespace

std::vector<LintFinding> lint(RuleSet const& rules) {
  std::vector<LintFinding> findings;
  for (auto const& row : rules.rows) {
    std::size_t length = utf16_units(composed_summary(rules, row));
    if (length > kSummaryUnits) {
      findings.push_back(
          {true, row.id + ": card",
           "the summary has " + std::to_string(length) + " characters; 139 fit: shorten subject or write a summary"});
    }
    if (row.source_anchor.empty()) findings.push_back({true, row.id + ": source.anchor", "is missing"});
    if (row.section.empty()) findings.push_back({true, row.id + ": section", "is missing"});
    if (!can_hold(rules, row))
      findings.push_back({true, row.id, "can never apply: requires and excludes contradict each other"});
    if (row.precondition && row.stance != Stance::may_consider) {
      findings.push_back({true, row.id + ": precondition", "only may-consider rows have one"});
    }
    if (row.verification == "unverified") findings.push_back({false, row.id, "unverified: " + row.verification_note});
  }
  for (auto const& rule : rules.safety) {
    if (rule.verification == "unverified")
      findings.push_back({false, "safety.json: " + rule.code, "unverified: " + rule.verification_note});
  }
  for (auto const& finding : rules.dose.findings) {
    for (auto const* ids : {&finding.rows, &finding.not_rows}) {
      for (auto const& id : *ids) {
        if (!rules.row_index(id)) findings.push_back({false, "dose.json: " + finding.key, "no row \"" + id + "\" yet"});
      }
    }
  }
  lint_facts(rules, findings);
  return findings;
}

std::vector<LintFinding> lint_examples(RuleSet const& rules, std::vector<ExampleUse> const& examples) {
  std::set<std::string> known, positive, negative;
  for (auto const& row : rules.rows) known.insert(row.id);
  for (auto const& rule : rules.safety) known.insert(rule.code);
  for (auto const& example : examples) {
    positive.insert(example.recommendations.begin(), example.recommendations.end());
    positive.insert(example.safety.begin(), example.safety.end());
    negative.insert(example.absent.begin(), example.absent.end());
  }
  std::vector<LintFinding> findings;
  for (auto const& named : {positive, negative}) {
    for (auto const& id : named) {
      if (known.count(id) == 0)
        findings.push_back({true, "examples", "name the unknown row or safety code \"" + id + "\""});
    }
  }
  for (auto const& id : known) {
    if (positive.count(id) == 0) findings.push_back({true, id, "has no positive example"});
    if (negative.count(id) == 0) findings.push_back({true, id, "has no negative example"});
  }
  return findings;
}

}  // namespace ivig::rules
