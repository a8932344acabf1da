#include "rules/lint.h"

#include <algorithm>
#include <array>
#include <set>

#include "rules/lint_rows.h"

namespace ivig::rules {
namespace {

constexpr std::size_t kSummaryUnits = 139;  // CARD-02

/// Lists of text.json that the program reads by name: under another name a list would be passed over in silence.
constexpr std::array<std::string_view, 36> kNeededLists{"fillers",
                                                        "caution",
                                                        "caution_of_treatment",
                                                        "settled",
                                                        "vague_reason_words",
                                                        "vague_reason_codes",
                                                        "symptom_codes",
                                                        "note_tells_reason",
                                                        "negation_before",
                                                        "rule_out_before",
                                                        "negation_after",
                                                        "doubt_before",
                                                        "doubt_after",
                                                        "past_before",
                                                        "past_after",
                                                        "family",
                                                        "scope_breaks",
                                                        "pseudo_negation",
                                                        "result_positive",
                                                        "result_negative",
                                                        "result_pending",
                                                        "result_positive_codes",
                                                        "result_negative_codes",
                                                        "result_high_codes",
                                                        "result_not_high_codes",
                                                        "treatment_responded",
                                                        "treatment_failed",
                                                        "treatment_not_tolerated",
                                                        "treatment_contraindicated",
                                                        "treatment_completed",
                                                        "treatment_incomplete",
                                                        "treatment_planned",
                                                        "treatment_not_given",
                                                        "treatment_not_tried",
                                                        "treatment_unavailable",
                                                        "treatment_neutral"};

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
    if (fact.source.empty())
      findings.push_back(
          {true, where_of(fact.place, fact.id, "source"), "is missing: name it, or \"encoding choice\""});
    bool speaks = fact.outside || fact.indication;
    if (!speaks && used.count(static_cast<FactIndex>(i)) == 0) {
      findings.push_back({false, where_of(fact.place, fact.id), "no row or fact uses it: use it or delete it"});
    }
    // Conditions and reactions are settled by the list that they would stand in.
    bool of_a_list = fact.kind == FactKind::condition || fact.kind == FactKind::reaction;
    bool can_be_unknown = !fact.default_no && fact.for_it.when.empty() && !of_a_list;
    if (can_be_unknown && fact.ask.empty())
      findings.push_back({true, where_of(fact.place, fact.id, "ask"),
                          "is missing: it can be unknown; ask for it, or say \"default\": \"false\""});
  }
}

void lint_row(RuleSet const& rules, Row const& row, std::vector<LintFinding>& findings) {
  auto error = [&](char const* member, std::string detail) {
    findings.push_back({true, where_of(row.place, row.id, member), std::move(detail)});
  };
  std::size_t length = utf16_units(composed_summary(rules, row));
  if (length > kSummaryUnits) {
    error("card",
          "the summary has " + std::to_string(length) + " characters; 139 fit: shorten subject or write a summary");
  }
  if (row.source_document.empty()) error("source.document", "is missing: name the document that was read");
  if (row.source_anchor.empty()) error("source.anchor", "is missing: say where in the document it stands");
  if (row.section.empty()) error("section", "is missing: cards cite it");
  if (row.title.empty()) error("title", "is missing: lists and cards name the row by it");
  if (row.precondition && row.stance != Stance::may_consider) error("precondition", "only may-consider rows have one");
  if (row.verification != "unverified") return;
  if (row.verification_note.empty()) error("verification.note", "is missing: say what was not seen in the source");
  findings.push_back({false, where_of(row.place, row.id), "unverified: " + row.verification_note});
}

}  // namespace

std::vector<LintFinding> lint(RuleSet const& rules) {
  std::vector<LintFinding> findings;
  for (std::string_view const name : kNeededLists) {
    auto const list = rules.text_cues.find(std::string(name));
    if (list == rules.text_cues.end() || list->second.empty())
      findings.push_back({true, "text.json: " + std::string(name), "is missing or empty"});
  }
  for (auto const& row : rules.rows) lint_row(rules, row, findings);
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
