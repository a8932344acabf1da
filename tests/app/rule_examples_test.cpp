// The rule set's own examples and lint hold on every build.

#include "app/rule_examples.h"

#include <gtest/gtest.h>

#include "rules/lint_rows.h"

namespace ivig::app {
namespace {

TEST(RuleExamples, AllHold) {
  auto knowledge = advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  ASSERT_TRUE(knowledge.has_value()) << knowledge.error().where << ": " << knowledge.error().detail;
  auto today = base::Day(std::chrono::year(2026) / 11 / 25);
  auto examples = load_examples((*knowledge)->rules, today);
  ASSERT_TRUE(examples.has_value()) << examples.error().where << ": " << examples.error().detail;
  EXPECT_GE(examples->size(), 100U);
  for (auto const& example : *examples)
    EXPECT_EQ(run_example(**knowledge, example, today), "") << example.file << ": " << example.id;
}

TEST(RuleExamples, TheShippedRulesHaveNoLintErrors) {
  auto rules = rules::RuleSet::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  ASSERT_TRUE(rules.has_value());
  for (auto const& finding : rules::lint(*rules))
    EXPECT_FALSE(finding.error) << finding.where << ": " << finding.detail;
  auto const proof = rules::prove_rows(*rules);
  for (auto const& finding : proof.findings) ADD_FAILURE() << finding.where << ": " << finding.detail;
  EXPECT_FALSE(proof.proved.empty());
}

}  // namespace
}  // namespace ivig::app
