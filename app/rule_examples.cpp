#include "app/rule_examples.h"

#include <algorithm>

#include "app/example_bundle.h"
#include "base/json_read.h"
#include "hooks/case_input.h"
#include "rules/rule_file.h"

namespace ivig::app {
namespace {

using base::Json;
using base::string_member;

ExampleExpectation read_expectation(Json const& example) {
  ExampleExpectation expect;
  Json const* json = base::object_member(example, "expect");
  if (json == nullptr) return expect;
  expect.lead = string_member(*json, "lead");
  expect.stance = string_member(*json, "stance");
  expect.indicator = string_member(*json, "indicator");
  expect.recommendations = rules::string_list(*json, "recommendations");
  expect.safety = rules::string_list(*json, "safety");
  expect.absent = rules::string_list(*json, "absent");
  expect.missing = rules::string_list(*json, "missing");
  if (base::member(*json, "dose") != nullptr) expect.dose = rules::string_list(*json, "dose");
  return expect;
}

bool contains(std::vector<std::string> const& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

base::Result<std::vector<RuleExample>> load_examples(rules::RuleSet const& rules, base::Day today) {
  std::vector<RuleExample> examples;
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(rules.examples_folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (auto const& path : files) {
    auto file = rules::RuleFile::open(path);
    if (!file) return tl::unexpected(file.error());
    if (auto ok = file->only(file->root(), "", {"product", "dose", "weight", "examples"}); !ok)
      return tl::unexpected(ok.error());
    if (string_member(file->root(), "product").empty())
      return file->error("", "product", "is missing: what the examples order");
    base::Result<void> outcome;
    base::each(file->root(), "examples", [&](Json const& item, std::size_t) {
      auto id = string_member(item, "id");
      if (outcome) {
        outcome = file->only(item, id,
                             {"id", "why", "product", "patient", "conditions", "reason", "results", "treatments",
                              "allergies", "answers", "drafts", "dose", "weight", "weight_days_ago", "expect"});
      }
      examples.push_back(
          {std::string(id), file->name(), example_bundle(item, file->root(), today), read_expectation(item)});
    });
    if (!outcome) return tl::unexpected(outcome.error());
  }
  return examples;
}

std::string run_example(advice::Knowledge const& knowledge, RuleExample const& example, base::Day today) {
  auto input = hooks::read_case(example.bundle, {});
  if (!input) return "  cannot be read: " + input.error().detail + "\n";
  auto decisions = input->decide(knowledge, today);
  if (decisions.size() != 1) return "  " + std::to_string(decisions.size()) + " decisions, one expected\n";
  auto const& findings = decisions.front().findings;
  std::vector<std::string> listed;
  for (auto const& recommendation : findings.recommendations)
    listed.push_back(knowledge.rules.rows[recommendation.row].id);
  std::vector<std::string> safety;
  for (auto const& finding : findings.safety) safety.push_back(finding.code);
  std::vector<std::string> asked;
  for (auto const& missing : findings.missing) asked.push_back(missing.fact);

  std::string text;
  auto differ = [&](std::string_view what, std::string_view wanted, std::string_view got) {
    if (!wanted.empty() && wanted != got)
      text.append("  ").append(what).append(": expected ").append(wanted).append(", got ").append(got).append("\n");
  };
  differ("lead", example.expect.lead, listed.empty() ? std::string_view("none") : std::string_view(listed.front()));
  differ("stance", example.expect.stance,
         findings.stance ? rules::to_string(*findings.stance) : std::string_view("none"));
  differ("indicator", example.expect.indicator, rules::to_string(findings.indicator));
  for (auto const& id : example.expect.recommendations) {
    if (!contains(listed, id)) text += "  recommendation " + id + " is not listed\n";
  }
  for (auto const& code : example.expect.safety) {
    if (!contains(safety, code)) text += "  safety finding " + code + " is not there\n";
  }
  for (auto const& id : example.expect.absent) {
    if (contains(listed, id) || contains(safety, id)) text += "  " + id + " is listed\n";
  }
  for (auto const& fact : example.expect.missing) {
    if (!contains(asked, fact)) text += "  " + fact + " is not asked for\n";
  }
  if (example.expect.dose) {
    std::vector<std::string> wanted = *example.expect.dose, found;
    for (auto const& finding : findings.dose) found.push_back(finding.code);
    std::sort(wanted.begin(), wanted.end());
    std::sort(found.begin(), found.end());
    if (wanted != found) {
      text += "  dose findings:";
      for (auto const& code : found) text += " " + code;
      text += found.empty() ? " none, others expected\n" : ", others expected\n";
    }
  }
  if (!text.empty()) {
    text += "  dose read: " + advice::dose_text(decisions.front().dose) + "\n";
    text += "  listed:";
    for (auto const& id : listed) text += " " + id;
    text += "; safety:";
    for (auto const& code : safety) text += " " + code;
    text += "; asked:";
    for (auto const& fact : asked) text += " " + fact;
    text += "; notices:";
    for (auto const& notice : findings.notices) text += " " + notice;
    text += "\n";
  }
  return text;
}

}  // namespace ivig::app
