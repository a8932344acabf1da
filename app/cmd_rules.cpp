// ivig-cds rules lint | list | show | test | questionnaire

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>

#include "advice/card_text.h"
#include "advice/knowledge.h"
#include "advice/markdown.h"
#include "app/commands.h"
#include "app/diagnostics.h"
#include "app/rule_examples.h"
#include "fhir/value_set_check.h"
#include "rules/lint_rows.h"
#include "rules/questionnaire.h"

namespace ivig::app {
namespace {

using advice::Knowledge;
using rules::Row;

std::string padded(std::string text, std::size_t width) {
  if (text.size() > width) text = text.substr(0, width - 1) + "~";
  text.resize(width, ' ');
  return text;
}

int list(Knowledge const& knowledge) {
  std::vector<Row const*> rows;
  for (auto const& row : knowledge.rules.rows) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](Row const* a, Row const* b) {
    return std::pair(a->guideline, a->order) < std::pair(b->guideline, b->order);
  });
  std::cout << padded("ID", 46) << padded("STANCE", 23) << padded("EVIDENCE", 22) << "CONDITION\n";
  for (Row const* row : rows) {
    std::cout << padded(row->id, 46) << padded(std::string(rules::to_string(row->stance)), 23)
              << padded(row->evidence, 22) << row->title << (row->verification == "unverified" ? "  [unverified]" : "")
              << "\n";
  }
  std::cout << rows.size() << " recommendations, rule set " << knowledge.rules.version << "\n";
  return 0;
}

void show_line(char const* label, std::string const& words) {
  if (!words.empty()) std::cout << padded(label, 16) << words << "\n";
}

int show(Knowledge const& knowledge, std::string const& id) {
  auto index = knowledge.rules.row_index(id);
  if (!index) {
    return refuse({base::Errc::not_found, "", "no recommendation \"" + id + "\"; ivig-cds rules list names them all"});
  }
  Row const& row = knowledge.rules.rows[*index];
  auto const& guideline = knowledge.rules.guidelines[row.guideline];
  show_line("id", row.id);
  show_line("stands in", row.place.file + ":" + std::to_string(row.place.line));
  show_line("title", row.title);
  std::string conditions;
  for (auto fact : row.conditions) conditions += (conditions.empty() ? "" : ", ") + knowledge.rules.facts[fact].id;
  show_line("for", conditions);
  show_line("stance", std::string(rules::to_string(row.stance)));
  show_line("evidence", row.evidence);
  show_line("says", row.says);
  show_line("instead", row.instead);
  if (row.precondition) show_line("precondition", row.precondition->text + (row.precondition->soft ? " (soft)" : ""));
  if (row.exception) show_line("exception", row.exception->text + " (override " + row.exception->reason.code + ")");
  if (row.background) show_line("background", "never leads, never counts");
  std::string narrower;
  for (auto other : row.narrower_than) narrower += (narrower.empty() ? "" : ", ") + knowledge.rules.rows[other].id;
  show_line("narrower than", narrower);
  std::string facts;
  for (auto const* expression : {&row.requires_, &row.excludes}) {
    for (auto fact : expression->facts()) facts += (facts.empty() ? "" : ", ") + knowledge.rules.facts[fact].id;
  }
  show_line("turns on", facts);
  if (row.regimen) show_line("regimen", row.regimen->text);
  show_line("guideline", guideline.title + ", section " + row.section);
  show_line("citation", guideline.citation);
  show_line("source", row.source_document + ", " + row.source_anchor);
  show_line("verification", row.verification + (row.verification_note.empty() ? "" : ": " + row.verification_note));
  return 0;
}

int test(Knowledge const& knowledge) {
  auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  auto examples = load_examples(knowledge.rules, today);
  if (!examples) return refuse(examples.error());
  std::size_t failed = 0;
  for (auto const& example : *examples) {
    std::string difference = run_example(knowledge, example, today);
    if (difference.empty()) continue;
    ++failed;
    std::cout << "FAILED " << example.file << ": " << example.id << "\n" << difference;
  }
  std::cout << examples->size() - failed << " examples hold, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}

int lint(Knowledge const& knowledge) {
  auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::vector<rules::LintFinding> findings = rules::lint(knowledge.rules);
  for (auto const& fault : fhir::check_value_sets(knowledge.rules.value_set_folder))
    findings.push_back({fault.error, fault.file + ":" + std::to_string(fault.line), fault.detail});
  rules::RowProof const proof = rules::prove_rows(knowledge.rules);
  findings.insert(findings.end(), proof.findings.begin(), proof.findings.end());
  auto examples = load_examples(knowledge.rules, today);
  if (!examples) {
    findings.push_back({true, examples.error().where, examples.error().detail});
  } else {
    std::vector<rules::ExampleUse> uses;
    for (auto const& example : *examples) {
      uses.push_back({example.expect.recommendations, example.expect.safety, example.expect.absent});
    }
    for (auto& finding : rules::lint_examples(knowledge.rules, uses)) findings.push_back(std::move(finding));
  }
  std::size_t unverified = 0;
  for (auto const& set : knowledge.terms.sets()) {
    unverified += static_cast<std::size_t>(
        std::count_if(set.codes.begin(), set.codes.end(), [](auto const& c) { return !c.verified; }));
  }
  std::size_t combinations = 0;
  for (auto const& one : proof.proved) {
    combinations += one.combinations;
    if (one.rows < 2) continue;  // nothing to contradict
    std::cout << "proved: " << one.condition << ": " << one.rows << " rows of " << one.guideline << ", " << one.facts
              << " facts, all " << one.combinations << " combinations\n";
  }
  std::cout << "proved: " << proof.proved.size() << " conditions of guidelines, " << combinations
            << " combinations of facts tried, at most " << rules::kMostCombinations << " for one\n";
  // What must be done stands last, above the count.
  std::stable_partition(findings.begin(), findings.end(), [](auto const& finding) { return !finding.error; });
  std::size_t errors = 0;
  for (auto const& finding : findings) {
    errors += finding.error ? 1 : 0;
    std::cout << (finding.error ? "error: " : "note: ") << finding.where << ": " << finding.detail << "\n";
  }
  std::cout << knowledge.rules.rows.size() << " rows, " << knowledge.rules.facts.size() << " facts, "
            << knowledge.terms.sets().size() << " value sets (" << unverified << " codes unverified): " << errors
            << " errors\n";
  return errors == 0 ? 0 : 1;
}

int print_questionnaire(Knowledge const& knowledge) {
  std::cout << rules::questionnaire(knowledge.rules) << "\n";
  return 0;
}

}  // namespace

int run_rules(RulesOptions const& options) {
  auto knowledge = Knowledge::load(rules_folder(options.rules, ""));
  if (!knowledge) {
    refuse(knowledge.error());
    return options.action == "lint" ? 1 : 2;
  }
  if (options.action == "list") return list(**knowledge);
  if (options.action == "show") return show(**knowledge, options.id);
  if (options.action == "test") return test(**knowledge);
  if (options.action == "questionnaire") return print_questionnaire(**knowledge);
  return lint(**knowledge);
}

}  // namespace ivig::app
