// A slip in a rule file is an error that names file, row and member: never a silenced rule.

#include <gmock/gmock.h>

#include "tests/rules/small_rule_set.h"

namespace ivig::rules {
namespace {

using S = SmallRuleSet;
using testing::HasSubstr;

std::string error_of(SmallRuleSet const& set) {
  auto rules = set.load();
  return rules ? "loaded" : rules.error().where + ": " + rules.error().detail;
}

TEST(Load, TheShippedRuleSetLoads) {
  auto rules = RuleSet::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  ASSERT_TRUE(rules.has_value()) << rules.error().where << ": " << rules.error().detail;
  EXPECT_EQ(rules->sha256.size(), 64U);
  EXPECT_FALSE(rules->rows.empty());
}

TEST(Load, TheDigestFollowsEveryFile) {
  auto a = SmallRuleSet().load();
  auto b = SmallRuleSet().with("text.json", R"({"fillers": ["x"]})").load();
  ASSERT_TRUE(a && b);
  EXPECT_NE(a->sha256, b->sha256);
}

TEST(Load, ErrorsNameFileRowAndMember) {
  auto row = [](std::string const& logic) {
    return error_of(SmallRuleSet().rows(S::row("new/r", "red", "recommended", logic)));
  };
  EXPECT_THAT(row(R"("requires": "pp",)"), AllOf(HasSubstr("new.json:1: new/r: requires"), HasSubstr("pp")));
  EXPECT_THAT(row(R"("requries": "p",)"), AllOf(HasSubstr("new/r: requries"), HasSubstr("unknown member")));
  EXPECT_THAT(row(R"("narrower_than": ["new/none"],)"), HasSubstr("unknown row \"new/none\""));
  EXPECT_THAT(row(R"("precondition": {"text": "t"},)"), HasSubstr("precondition.when: is missing"));
  EXPECT_THAT(row(R"("cautions": [{"when": "p"}],)"), HasSubstr("cautions: need when and text"));
  EXPECT_THAT(row(R"("exception": {"text": "t"},)"), HasSubstr("exception: needs a precondition"));
  EXPECT_THAT(row(R"("precondition": {"when": "p", "text": "t"}, "exception": {"text": "t"},)"),
              HasSubstr("exception: needs text and an override reason"));
  EXPECT_THAT(row(R"("asks": ["nobody"],)"), HasSubstr("asks: unknown fact \"nobody\""));
}

TEST(Load, RowsNeedAKnownStanceConditionAndUniqueId) {
  EXPECT_THAT(error_of(SmallRuleSet().rows(S::row("new/r", "red", "good"))), HasSubstr("new/r: stance"));
  EXPECT_THAT(error_of(SmallRuleSet().rows(S::row("new/r", "pink", "recommended"))),
              HasSubstr("condition: unknown fact \"pink\""));
  EXPECT_THAT(error_of(SmallRuleSet().rows(S::row("new/r", "p", "recommended"))), HasSubstr("is no indication"));
  auto twice = S::row("new/r", "red", "recommended");
  EXPECT_THAT(error_of(SmallRuleSet().rows(twice + "," + twice)), HasSubstr("stands twice"));
}

TEST(Load, FactsAreChecked) {
  auto facts = [](std::string const& more) { return error_of(SmallRuleSet().with("facts.json", S::facts(more))); };
  EXPECT_THAT(facts(R"(,{"id": "p", "kind": "qualifier", "label": "x", "source": "s"})"), HasSubstr("p"));
  EXPECT_THAT(facts(R"(,{"id": "z", "kind": "mood", "label": "x", "source": "s"})"), HasSubstr("kind"));
  EXPECT_THAT(facts(R"(,{"id": "z", "kind": "derived", "label": "x", "source": "s", "true": {"when": "zz"}})"),
              HasSubstr("zz"));
  EXPECT_THAT(facts(R"(,{"id": "z", "kind": "derived", "label": "x", "source": "s", "true": {"when": "y"}},
                        {"id": "y", "kind": "derived", "label": "x", "source": "s", "true": {"when": "z"}})"),
              HasSubstr("depends on itself"));
}

TEST(Load, AFileThatIsMissingOrNotJsonIsNamed) {
  EXPECT_THAT(error_of(SmallRuleSet().with("text.json", "{")), HasSubstr("text.json"));
  EXPECT_THAT(error_of(SmallRuleSet().with("rule-set.json", R"({"version": "1", "facts": ["none.json"],
    "products": {"intravenous": "a", "route_required": "b",
                 "routes": {"intravenous": "c", "subcutaneous": "d", "intramuscular": "e"}}})")),
              HasSubstr("rule-set.json:1: text: is missing"));
  auto none = RuleSet::load("/nowhere");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().where, HasSubstr("/nowhere"));
}

TEST(Load, AMissingSentenceIsNamed) {
  EXPECT_THAT(error_of(SmallRuleSet().with("cards.json", R"({"sentences": {}, "override_reasons": {}})")),
              HasSubstr("sentences."));
}

TEST(Load, TheResponseFactMustExist) {
  SmallRuleSet set;
  set.with("facts.json", R"({"facts": [{"id": "red", "kind": "condition", "label": "x", "indication": true,
                                       "source": "s"}]})");
  EXPECT_THAT(error_of(set), HasSubstr("response_fact"));
}

}  // namespace
}  // namespace ivig::rules
