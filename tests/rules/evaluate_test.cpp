// The engine over made-up rows: each test is one rule of docs/rule-form.md, "How rows become an answer".

#include "rules/evaluate.h"

#include "tests/rules/small_rule_set.h"

namespace ivig::rules {
namespace {

using S = SmallRuleSet;

RuleSet loaded(std::string const& newer, std::string const& older = "") {
  auto rules = SmallRuleSet().rows(newer, older).load();
  EXPECT_TRUE(rules.has_value()) << (rules ? "" : rules.error().where + " " + rules.error().detail);
  return rules ? std::move(*rules) : RuleSet{};
}

TEST(Evaluate, StanceGivesTheIndicator) {
  struct Case {
    std::string stance, indicator;
  };
  for (auto const& c :
       {Case{"harmful", "critical"}, Case{"not-recommended", "warning"}, Case{"insufficient-evidence", "warning"},
        Case{"may-consider", "none"}, Case{"recommended", "none"}}) {
    RuleSet rules = loaded(S::row("new/r", "red", c.stance));
    EXPECT_EQ(Order(rules).is_for("red").answer(), "new/r " + c.stance + " " + c.indicator);
  }
}

TEST(Evaluate, PreconditionIsMetUnmetOrUnknown) {
  RuleSet hard = loaded(S::row("new/r", "red", "may-consider", R"("precondition": {"when": "p", "text": "t"},)"));
  EXPECT_EQ(Order(hard).is_for("red").fact("p", Truth::yes).answer(), "new/r may-consider none");
  EXPECT_EQ(Order(hard).is_for("red").fact("p", Truth::no).answer(), "new/r may-consider warning");
  EXPECT_EQ(Order(hard).is_for("red").answer(), "new/r may-consider info");
  RuleSet soft =
      loaded(S::row("new/r", "red", "may-consider", R"("precondition": {"when": "p", "soft": true, "text": "t"},)"));
  EXPECT_EQ(Order(soft).is_for("red").fact("p", Truth::no).answer(), "new/r may-consider info");
}

TEST(Evaluate, ARowOfAnotherConditionDoesNotApply) {
  RuleSet rules = loaded(S::row("new/r", "red", "not-recommended"));
  EXPECT_EQ(Order(rules).is_for("blue").answer(), "- info");
  EXPECT_EQ(Order(rules).fact("red", Truth::yes).is_for("blue").answer(), "- info");
}

TEST(Evaluate, RequiresAndExcludesDecideInThreeValues) {
  RuleSet rules = loaded(S::row("new/r", "red", "not-recommended", R"("requires": "p", "excludes": "q",)"));
  auto answer = [&](Truth p, Truth q) { return Order(rules).is_for("red").fact("p", p).fact("q", q).answer(); };
  EXPECT_EQ(answer(Truth::yes, Truth::no), "new/r not-recommended warning");
  EXPECT_EQ(answer(Truth::no, Truth::no), "- info") << "recognised, and no row left: said";
  EXPECT_EQ(answer(Truth::yes, Truth::yes), "- info");
}

TEST(Evaluate, ALoneCandidateIsCappedAtInfo) {
  RuleSet rules = loaded(S::row("new/r", "red", "not-recommended", R"("requires": "p",)"));
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/r(?) not-recommended info");
}

TEST(Evaluate, CandidatesOfSeveralStancesLeadWithTheLeastFavorableAtInfo) {
  RuleSet rules = loaded(S::row("new/good", "red", "recommended", R"("requires": "p",)") + "," +
                         S::row("new/bad", "red", "insufficient-evidence", R"("excludes": "p",)"));
  Order open(rules);
  EXPECT_EQ(open.is_for("red").answer(), "new/bad(?) new/good(?) insufficient-evidence info");
  Findings findings = open.evaluate();
  ASSERT_EQ(findings.missing.size(), 1U);
  EXPECT_EQ(findings.missing[0].fact, "p");
  EXPECT_NE(findings.missing[0].would_change.find("insufficient-evidence -> recommended"), std::string::npos);
}

TEST(Evaluate, CandidatesOfOneStanceAreNotCapped) {
  RuleSet rules = loaded(S::row("new/a", "red", "not-recommended", R"("requires": "p",)") + "," +
                         S::row("new/b", "red", "not-recommended", R"("excludes": "p",)"));
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/a(?) new/b(?) not-recommended warning");
}

TEST(Evaluate, OnlyFactsThatWouldChangeTheAnswerAreAskedFor) {
  RuleSet rules = loaded(S::row("new/a", "red", "not-recommended", R"("requires": {"any": ["p", "q"]},)"));
  Findings known = Order(rules).is_for("red").fact("p", Truth::yes).evaluate();
  EXPECT_TRUE(known.missing.empty());
  Findings open = Order(rules).is_for("red").evaluate();
  EXPECT_EQ(open.missing.size(), 2U);
}

TEST(Evaluate, TheNarrowerRowReplacesTheGeneralOne) {
  RuleSet rules =
      loaded(S::row("new/general", "red", "not-recommended") + "," +
             S::row("new/narrow", "red", "recommended", R"("requires": "p", "narrower_than": ["new/general"],)"));
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::yes).answer(), "new/narrow recommended none");
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::no).answer(), "new/general not-recommended warning");
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/general(?) new/narrow(?) not-recommended info");
}

TEST(Evaluate, TheNewestGuidelineLeadsAndTheOthersAreListed) {
  RuleSet rules = loaded(S::row("new/r", "red", "insufficient-evidence"), S::row("old/r", "red", "not-recommended"));
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/r old/r insufficient-evidence warning");
}

TEST(Evaluate, ASourceLeadsWhereItSaysSoAlthoughANewerOneIsThere) {
  std::string older =
      S::guideline("old", 2008, S::row("old/r", "red", "may-consider") + "," + S::row("old/s", "blue", "may-consider"));
  older.insert(older.find("\"rows\"") - 3, R"(, "leads_when": {"indication": "red"})");
  auto rules = SmallRuleSet()
                   .rows(S::row("new/r", "red", "not-recommended") + "," + S::row("new/s", "blue", "not-recommended"))
                   .with("old.json", older)
                   .load();
  ASSERT_TRUE(rules) << rules.error().where << rules.error().detail;
  EXPECT_EQ(Order(*rules).is_for("red").answer(), "old/r new/r may-consider none");
  EXPECT_EQ(Order(*rules).is_for("blue").answer(), "new/s old/s not-recommended warning");
}

TEST(Evaluate, EachConditionIsLedByItsOwnGuideline) {
  RuleSet rules = loaded(S::row("new/r", "red", "may-consider"), S::row("old/s", "blue", "not-recommended"));
  Order inferred(rules);
  inferred.is_for("red").is_for("blue").source(IndicationSource::inferred);
  EXPECT_EQ(inferred.answer(), "old/s new/r not-recommended info");
}

TEST(Evaluate, OfSeveralWaysInTheOneThatThePatientMeetsLeads) {
  RuleSet rules =
      loaded(S::row("new/a", "red", "may-consider", R"("precondition": {"when": "p", "text": "t"},)") + "," +
             S::row("new/b", "red", "may-consider", R"("precondition": {"when": "q", "text": "t"},)"));
  EXPECT_EQ(Order(rules).is_for("red").fact("q", Truth::yes).answer(), "new/b new/a may-consider none");
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::no).answer(), "new/b new/a may-consider info");
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/a new/b may-consider info");
}

TEST(Evaluate, SupportOfAnotherSourceSoftensInsufficientEvidence) {
  auto older = S::row("old/r", "red", "may-consider", R"("precondition": {"when": "p", "text": "t"},)");
  RuleSet rules = loaded(S::row("new/r", "red", "insufficient-evidence"), older);
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/r old/r insufficient-evidence info");
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::no).answer(), "new/r old/r insufficient-evidence warning");
  RuleSet against = loaded(S::row("new/r", "red", "not-recommended"), S::row("old/r", "red", "recommended"));
  EXPECT_EQ(Order(against).is_for("red").answer(), "new/r old/r not-recommended warning");
}

TEST(Evaluate, SupportThatHangsOnAnUnknownFactSoftensUntilItIsKnownNotToApply) {
  RuleSet rules = loaded(S::row("new/r", "red", "insufficient-evidence"),
                         S::row("old/r", "red", "may-consider", R"("requires": "p",)"));
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/r old/r(?) insufficient-evidence info");
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::no).answer(), "new/r insufficient-evidence warning");
}

TEST(Evaluate, SupportForAnotherIndicationOfTheOrderSoftensNothing) {
  RuleSet rules =
      loaded(S::row("new/r", "red", "insufficient-evidence") + "," + S::row("new/b", "blue", "insufficient-evidence"),
             S::row("old/r", "blue", "recommended"));
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/r insufficient-evidence warning");
  EXPECT_EQ(Order(rules).is_for("red").is_for("blue").evaluate().stance_indicator, Indicator::warning);
}

constexpr char const* kException =
    R"("precondition": {"when": "p", "text": "t"},
       "exception": {"text": "t", "override": {"system": "s", "code": "c", "display": "d"}},)";

TEST(Evaluate, AnExceptionIsSaidMetUnmetOrUnknownAndNeverSilencesTheAdvice) {
  RuleSet rules = loaded(S::row("new/r", "red", "not-recommended"), S::row("old/e", "red", "may-consider", kException));
  for (auto [p, answer] : {std::pair{Truth::yes, "new/r old/e not-recommended warning"},
                           std::pair{Truth::unknown, "new/r old/e not-recommended warning"},
                           std::pair{Truth::no, "new/r not-recommended warning"}}) {
    auto order = Order(rules).is_for("red").fact("p", p);
    EXPECT_EQ(order.answer(), answer);
    auto const exceptions = order.evaluate().exceptions;
    ASSERT_EQ(exceptions.size(), 1U);
    EXPECT_EQ(exceptions[0].state, p);
  }
  auto const missing = Order(rules).is_for("red").evaluate().missing;
  ASSERT_EQ(missing.size(), 1U) << "whether the exception holds is worth knowing";
  EXPECT_EQ(missing[0].fact, "p");
}

TEST(Evaluate, AnExceptionWithNothingToBeAnExceptionFromIsAnOrdinaryRow) {
  RuleSet rules = loaded("", S::row("old/e", "red", "may-consider", kException));
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::no).answer(), "old/e may-consider warning");
}

TEST(Evaluate, BackgroundIsListedOnlyBehindARowOfTheSameStance) {
  auto background = S::row("old/b", "red", "insufficient-evidence", R"("background": true,)");
  EXPECT_EQ(Order(loaded(S::row("new/r", "red", "insufficient-evidence"), background)).is_for("red").answer(),
            "new/r old/b insufficient-evidence warning");
  EXPECT_EQ(Order(loaded(S::row("new/r", "red", "recommended"), background)).is_for("red").answer(),
            "new/r recommended none");
  EXPECT_EQ(Order(loaded("", background)).is_for("red").answer(), "- info");
}

TEST(Evaluate, OfTwoGuidelinesOfOneYearTheFirstListedLeads) {
  SmallRuleSet set;
  set.with("new.json", S::guideline("new", 2023, S::row("new/r", "red", "recommended")))
      .with("old.json", S::guideline("old", 2023, S::row("old/r", "red", "not-recommended")));
  auto rules = set.load();
  ASSERT_TRUE(rules);
  EXPECT_EQ(Order(*rules).is_for("red").answer(), "new/r old/r recommended none");
}

TEST(Evaluate, HarmAlwaysLeads) {
  RuleSet rules = loaded(S::row("new/good", "red", "recommended") + "," + S::row("new/harm", "blue", "harmful"));
  EXPECT_EQ(Order(rules).is_for("red").is_for("blue").answer(), "new/harm new/good harmful critical");
}

TEST(Evaluate, OfSeveralStatedIndicationsOneThatIvigIsGoodForLeads) {
  RuleSet rules = loaded(S::row("new/bad", "red", "not-recommended") + "," + S::row("new/good", "blue", "recommended"));
  EXPECT_EQ(Order(rules).is_for("red").is_for("blue").answer(), "new/good new/bad recommended none");
}

TEST(Evaluate, OfSeveralInferredIndicationsTheLeastFavorableLeadsAtInfo) {
  RuleSet rules = loaded(S::row("new/bad", "red", "not-recommended") + "," + S::row("new/good", "blue", "recommended"));
  Order inferred(rules);
  inferred.is_for("red").is_for("blue").source(IndicationSource::inferred);
  EXPECT_EQ(inferred.answer(), "new/bad new/good not-recommended info");
  auto missing = inferred.evaluate().missing;
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0].fact, "helped");
  EXPECT_EQ(missing[1].fact, "indication");
}

TEST(Evaluate, ASilentAnswerDoesNotAskForTheReasonOfTheOrder) {
  RuleSet rules = loaded(S::row("new/good", "red", "recommended"));
  Order inferred(rules);
  inferred.is_for("red").source(IndicationSource::inferred);
  EXPECT_TRUE(inferred.evaluate().missing.empty());
}

TEST(Evaluate, AnInferredIndicationIsAskedForWhereItIsSpokenAbout) {
  auto asked = [](std::string const& stance) {
    RuleSet rules = loaded(S::row("new/r", "red", stance));
    auto const missing = Order(rules).source(IndicationSource::inferred).is_for("red").evaluate().missing;
    return !missing.empty() && missing.back().fact == "indication";
  };
  EXPECT_TRUE(asked("not-recommended"));
  EXPECT_FALSE(asked("recommended"));
}

TEST(Evaluate, AResponseOnRecordLetsTheRecommendedInferredIndicationLeadAlone) {
  auto rows = S::row("new/bad", "red", "not-recommended") + "," + S::row("new/good", "blue", "recommended") + "," +
              S::row("new/harm", "green", "harmful");
  RuleSet rules = loaded(rows);
  Order helped(rules);
  helped.is_for("red").is_for("blue").source(IndicationSource::inferred).fact("helped", Truth::yes);
  EXPECT_EQ(helped.answer(), "new/good recommended none");
  helped.is_for("green");
  EXPECT_EQ(helped.answer(), "new/harm new/good harmful critical");
}

TEST(Evaluate, DoubtAboutTheDiagnosisIsSaid) {
  RuleSet rules = loaded(S::row("new/good", "red", "recommended"));
  EXPECT_EQ(Order(rules).is_for("red", Truth::yes, true).answer(), "new/good recommended info");
  Order refuted(rules);
  refuted.is_for("red").facts().reason_refuted = true;
  EXPECT_EQ(refuted.answer(), "new/good recommended info");
  Order contradicted(rules);
  contradicted.is_for("red").facts().contradicting.push_back(
      {*rules.fact_index("green"), Truth::yes, Basis::code, "Condition/2", false});
  EXPECT_EQ(contradicted.answer(), "new/good recommended info");
}

TEST(Evaluate, RowsOfADiagnosisThatTheRecordPutsAgainstTheReasonAreListedLast) {
  RuleSet rules =
      loaded(S::row("new/good", "red", "recommended") + "," + S::row("new/bad", "green", "not-recommended"));
  Order contradicted(rules);
  contradicted.is_for("red").facts().contradicting.push_back(
      {*rules.fact_index("green"), Truth::yes, Basis::code, "Condition/2", false});
  EXPECT_EQ(contradicted.answer(), "new/good new/bad(?) recommended info");
}

TEST(Evaluate, AProvisionalDiagnosisIsAskedAbout) {
  RuleSet rules = loaded(S::row("new/good", "red", "recommended"));
  auto missing = Order(rules).is_for("red", Truth::yes, true).evaluate().missing;
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].fact, "red");
}

TEST(Evaluate, ACautionIsSaidAndLeavesTheRecommendation) {
  RuleSet rules =
      loaded(S::row("new/good", "red", "recommended", R"("cautions": [{"when": "p", "text": "Mind this."}],)"));
  EXPECT_EQ(Order(rules).is_for("red").answer(), "new/good recommended none");
  Order cautious(rules);
  EXPECT_EQ(cautious.is_for("red").fact("p", Truth::yes).answer(), "new/good recommended info");
  EXPECT_EQ(cautious.evaluate().cautions, std::vector<std::string>{"Mind this."});
}

TEST(Evaluate, WithoutAnIndicationItSaysSoAndOutsideTheGuidelinesItIsSilent) {
  RuleSet rules = loaded(S::row("new/r", "red", "not-recommended"));
  EXPECT_EQ(Order(rules).source(IndicationSource::none).answer(), "- info");
  EXPECT_EQ(Order(rules).source(IndicationSource::unmatched).answer(), "- info");
  EXPECT_EQ(Order(rules).source(IndicationSource::outside).answer(), "- none");
}

TEST(Evaluate, DerivedFactsFollowUnlessTheRecordDecides) {
  RuleSet rules = loaded(S::row("new/r", "red", "not-recommended", R"("requires": "derived",)"));
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::yes).fact("q", Truth::yes).answer(),
            "new/r not-recommended warning");
  EXPECT_EQ(Order(rules).is_for("red").fact("p", Truth::yes).fact("q", Truth::yes).fact("derived", Truth::no).answer(),
            "- info");
}

}  // namespace
}  // namespace ivig::rules
