#include "rules/safety.h"
#include "tests/rules/small_rule_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "rules/evaluate.h"
#include "rules/questionnaire.h"
#include "tests/support/temporary_folder.h"

namespace ivig::rules {
namespace {

/// A rule set of three facts and one safety rule, as the files of a rule set.
class SafetyRules : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::copy(IVIG_SOURCE_DIR "/rules/cards.json", folder_.path() / "cards.json"); }

  void write(char const* name, std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    std::ofstream(folder_.path() / name) << text;
  }

  base::Result<RuleSet> load(std::string const& rule) {
    write("rule-set.json",
          "{'version':'t','facts':['facts.json'],'safety':'safety.json','dose':'dose.json','text':'text.json','cards':'"
          "cards.json',"
          "'value_sets':'v','guidelines':[],'examples':'e','products':{'intravenous':'a','route_required':'b',"
          "'look_alikes':[],'routes':{'intravenous':'c','subcutaneous':'d','intramuscular':'e'}}}");
    write("text.json", "{}");
    write("dose.json", SmallRuleSet::dose());
    write("facts.json",
          "{'facts':["
          "{'id':'clot','kind':'condition','label':'a clot','source':'t'},"
          "{'id':'big-dose','kind':'qualifier','label':'a big dose','ask':'How big is the dose?','source':'t'},"
          "{'id':'any-risk','kind':'derived','label':'a risk','true':{'when':'clot'},'source':'t'}]}");
    write("safety.json", "{'recorded':'On record: {found}.','rules':[" + rule + "]}");
    return RuleSet::load(folder_.path());
  }

  static std::string two_levels() {
    return "{'id':'clot','levels':["
           "{'indicator':'warning','when':{'all':['any-risk','big-dose']},'says':'Both.'},"
           "{'indicator':'info','when':'any-risk','says':'One.'}],"
           "'asks':['big-dose'],'cites':'t','verification':{'status':'unverified','note':'n'}}";
  }

  static Facts facts(Truth clot, Truth big_dose) {
    Facts facts;
    facts.values = FactValues(std::vector<Truth>(3, Truth::unknown));
    facts.values.set(0, {clot, clot == Truth::yes ? Basis::code : Basis::none, "Condition/c1", "Old clot\nof the leg"});
    if (big_dose != Truth::unknown) facts.values.set(1, {big_dose, Basis::code, {}, {}});
    facts.source = IndicationSource::reason;
    return facts;
  }

  static Findings review(RuleSet const& rules, Facts facts, Indicator stance = Indicator::none) {
    derive(rules, facts);
    Findings findings;
    findings.stance_indicator = stance;
    add_safety(rules, facts, findings);
    return findings;
  }

  test::TemporaryFolder folder_;
};

TEST_F(SafetyRules, TheFirstLevelThatHoldsIsTheFinding) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules) << rules.error().where << ": " << rules.error().detail;
  auto both = review(*rules, facts(Truth::yes, Truth::yes));
  ASSERT_EQ(both.safety.size(), 1U);
  EXPECT_EQ(both.safety[0].indicator, Indicator::warning);
  EXPECT_EQ(both.indicator, Indicator::warning);
  EXPECT_EQ(review(*rules, facts(Truth::yes, Truth::no)).indicator, Indicator::info);
  EXPECT_TRUE(review(*rules, facts(Truth::no, Truth::yes)).safety.empty());
}

TEST_F(SafetyRules, UnknownIsNotARiskAndIsAskedForWhereItWouldChangeTheFinding) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  auto found = review(*rules, facts(Truth::yes, Truth::unknown));
  EXPECT_EQ(found.indicator, Indicator::info);
  ASSERT_EQ(found.missing.size(), 1U);
  EXPECT_EQ(found.missing[0].fact, "big-dose");
  EXPECT_EQ(found.missing[0].would_change, "info -> warning");
}

TEST_F(SafetyRules, AnAnswerThatCannotChangeTheIndicatorIsAskedForWithoutPromise) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  auto found = review(*rules, facts(Truth::yes, Truth::unknown), Indicator::critical);
  EXPECT_EQ(found.indicator, Indicator::critical);
  ASSERT_EQ(found.missing.size(), 1U);
  EXPECT_EQ(found.missing[0].would_change, "");
}

TEST_F(SafetyRules, NothingIsAskedWithoutACardOrWithoutAConsequence) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  EXPECT_TRUE(review(*rules, facts(Truth::unknown, Truth::unknown)).missing.empty());
  EXPECT_TRUE(review(*rules, facts(Truth::no, Truth::unknown), Indicator::warning).missing.empty());
}

TEST_F(SafetyRules, AFindingQuotesTheRecordOnOneLine) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  auto found = review(*rules, facts(Truth::yes, Truth::no));
  ASSERT_EQ(found.safety.size(), 1U);
  EXPECT_EQ(found.safety[0].text, "One. On record: Old clot of the leg.");
}

TEST_F(SafetyRules, LongWordsOfTheRecordAreCutBetweenCharacters) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  auto long_words = facts(Truth::yes, Truth::no);
  std::string words = "x";
  for (int i = 0; i < 100; ++i) words += "é";
  long_words.values.set(0, {Truth::yes, Basis::code, "Condition/c1", words});
  auto found = review(*rules, long_words);
  std::string expected = "x";
  for (int i = 0; i < 49; ++i) expected += "é";
  EXPECT_EQ(found.safety[0].text, "One. On record: " + expected + "….");
}

TEST_F(SafetyRules, OutsideTheGuidelinesOnlyCriticalFindingsAreKept) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  auto outside = facts(Truth::yes, Truth::unknown);
  outside.source = IndicationSource::outside;
  auto found = review(*rules, outside);
  EXPECT_TRUE(found.safety.empty());
  EXPECT_TRUE(found.missing.empty());
  EXPECT_EQ(found.indicator, Indicator::none);

  auto critical = load(
      "{'id':'stop','levels':[{'indicator':'critical','when':'clot','says':'Stop.'}],'cites':'t',"
      "'verification':{'status':'source-read'}}");
  ASSERT_TRUE(critical);
  EXPECT_EQ(review(*critical, outside).indicator, Indicator::critical);
}

TEST_F(SafetyRules, ASlipOfThePenIsRefused) {
  auto refused = [&](std::string const& from, std::string const& to) {
    std::string rule = two_levels();
    rule.replace(rule.find(from), from.size(), to);
    return !load(rule).has_value();
  };
  EXPECT_TRUE(refused("'levels'", "'level'"));
  EXPECT_TRUE(refused("'info'", "'inform'"));
  EXPECT_TRUE(refused("'asks':['big-dose']", "'asks':['bigdose']"));
  EXPECT_TRUE(refused("'asks':['big-dose']", "'asks':['clot']")) << "a fact without a question cannot be asked for";
  EXPECT_TRUE(refused("'all':['any-risk'", "'all':['anyrisk'"));
  EXPECT_TRUE(refused("'cites':'t'", "'cites':''"));
  EXPECT_TRUE(refused("'unverified'", "'verified'"));
  EXPECT_FALSE(load(two_levels() + "," + two_levels())) << "one code, one rule";
}

TEST_F(SafetyRules, TheQuestionnaireAsksWhatTheFactsAsk) {
  auto rules = load(two_levels());
  ASSERT_TRUE(rules);
  std::string form = questionnaire(*rules);
  EXPECT_NE(form.find(R"({"linkId":"big-dose","text":"How big is the dose?","type":"boolean"})"), std::string::npos);
  EXPECT_EQ(form.find("\"clot\""), std::string::npos) << "a fact without a question is not asked for";
}

TEST(CombineIndicator, IsTheHighestOfStanceDoseAndSafety) {
  Findings findings;
  EXPECT_EQ(combine_indicator(findings), Indicator::none);
  findings.stance_indicator = Indicator::info;
  EXPECT_EQ(combine_indicator(findings), Indicator::info);
  findings.dose.push_back({"d", Indicator::warning, "", ""});
  EXPECT_EQ(combine_indicator(findings), Indicator::warning);
  findings.safety.push_back({"s", Indicator::critical, "", ""});
  findings.safety.push_back({"t", Indicator::none, "", ""});
  EXPECT_EQ(combine_indicator(findings), Indicator::critical);
}

}  // namespace
}  // namespace ivig::rules
