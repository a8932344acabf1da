// What lint finds in a rule set that loads: rows that contradict each other or never apply, and what they lack.

#include <gmock/gmock.h>

#include "rules/lint_rows.h"
#include "tests/rules/small_rule_set.h"

namespace ivig::rules {
namespace {

using S = SmallRuleSet;
using testing::HasSubstr;

RowProof proof_of(std::string const& rows) {
  auto rules = SmallRuleSet().rows(rows).load();
  EXPECT_TRUE(rules.has_value()) << (rules ? "" : rules.error().where + " " + rules.error().detail);
  return rules ? prove_rows(*rules) : RowProof{};
}

std::string said(std::vector<LintFinding> const& findings) {
  std::string text;
  for (auto const& finding : findings)
    text += (finding.error ? "error: " : "note: ") + finding.where + ": " + finding.detail + "\n";
  return text;
}

TEST(Proof, RowsOfOppositeStanceThatCanBothLeadAreNamedWithAnExample) {
  auto const proof = proof_of(S::row("new/a", "red", "recommended", R"("requires": "p",)") + "," +
                              S::row("new/b", "red", "not-recommended", R"("requires": "q",)"));
  ASSERT_EQ(proof.findings.size(), 1U) << said(proof.findings);
  EXPECT_THAT(proof.findings[0].where, HasSubstr("new.json:3: new/b"));
  EXPECT_THAT(proof.findings[0].detail, AllOf(HasSubstr("new/a"), HasSubstr("p true, q true"), HasSubstr("narrower")));
}

TEST(Proof, EveryCombinationOfThreeValuesIsTriedAndCounted) {
  auto const proof =
      proof_of(S::row("new/a", "red", "recommended", R"("requires": {"all": ["p", "q"]},)") + "," +
               S::row("new/b", "red", "not-recommended",
                      R"("requires": {"not": {"all": ["p", "q", "helped"]}}, "excludes": {"all": ["p", "q"]},)"));
  EXPECT_EQ(said(proof.findings), "");
  ASSERT_EQ(proof.proved.size(), 1U);
  EXPECT_EQ(proof.proved[0].condition, "red");
  EXPECT_EQ(proof.proved[0].rows, 2U);
  EXPECT_EQ(proof.proved[0].facts, 3U);
  EXPECT_EQ(proof.proved[0].combinations, 27U);
}

TEST(Proof, ANarrowerRowABetterClassOrAHarmSettlesWhichLeads) {
  auto better = S::row("new/b", "red", "not-recommended");
  better.replace(better.find("\"evidence_rank\": 1"), 18, "\"evidence_rank\": 2");
  for (auto const& second :
       {S::row("new/b", "red", "not-recommended", R"("requires": "p", "narrower_than": ["new/a"],)"), better,
        S::row("new/b", "red", "harmful"), S::row("new/b", "red", "may-consider")}) {
    EXPECT_EQ(said(proof_of(S::row("new/a", "red", "recommended") + "," + second).findings), "");
  }
}

TEST(Proof, AnExceptionStandsOnlyWhereItIsMet) {
  std::string const exception = R"("precondition": {"when": "p", "text": "t"},
    "exception": {"text": "t", "override": {"system": "s", "code": "c", "display": "d"}},)";
  auto const parted = S::row("new/a", "red", "not-recommended", R"("excludes": "p",)") + "," +
                      S::row("new/b", "red", "may-consider", exception);
  EXPECT_EQ(said(proof_of(parted).findings), "");
  auto const together =
      S::row("new/a", "red", "not-recommended") + "," + S::row("new/b", "red", "may-consider", exception);
  EXPECT_THAT(said(proof_of(together).findings), HasSubstr("can both lead"));
}

TEST(Proof, ARowThatCanNeverApplyIsAnError) {
  auto const proof = proof_of(S::row("new/a", "red", "recommended", R"("requires": "p", "excludes": "p",)") + "," +
                              S::row("new/b", "blue", "recommended"));
  EXPECT_THAT(said(proof.findings), AllOf(HasSubstr("new/a"), HasSubstr("can never apply")));
  EXPECT_THAT(said(proof.findings), Not(HasSubstr("new/b")));
}

TEST(Proof, MoreFactsThanCanBeTriedAreAnErrorAndNotSampled) {
  std::string facts, names;
  for (int i = 0; i < 14; ++i) {
    std::string const id = "f" + std::to_string(i);
    facts += R"(,{"id": ")" + id + R"(", "kind": "qualifier", "label": "x", "ask": "?", "source": "s"})";
    names += (names.empty() ? "\"" : ",\"") + id + "\"";
  }
  auto rules = SmallRuleSet()
                   .with("facts.json", S::facts(facts))
                   .rows(S::row("new/a", "red", "recommended", R"("requires": {"any": [)" + names + "]},"))
                   .load();
  ASSERT_TRUE(rules.has_value());
  auto const proof = prove_rows(*rules);
  EXPECT_TRUE(proof.proved.empty());
  EXPECT_THAT(said(proof.findings), AllOf(HasSubstr("14 facts"), HasSubstr("derived facts")));
}

TEST(Lint, NamesFileLineAndRowOfWhatIsMissing) {
  auto text = S::row("new/a", "red", "recommended", R"("precondition": {"when": "p", "text": "t"},)");
  auto put = [&](std::string const& from, std::string const& to) { text.replace(text.find(from), from.size(), to); };
  put(R"("anchor": "a")", R"("anchor": "")");
  put(R"("subject": "s")", R"("subject": ")" + std::string(120, 's') + "\"");
  put(R"("status": "source-read")", R"("status": "unverified")");
  auto rules = SmallRuleSet().rows(text).load();
  ASSERT_TRUE(rules.has_value());
  std::string const found = said(lint(*rules));
  EXPECT_THAT(found, HasSubstr("error: new.json:1: new/a: source.anchor: is missing"));
  EXPECT_THAT(found, HasSubstr("new/a: card: the summary has"));
  EXPECT_THAT(found, HasSubstr("new/a: verification.note: is missing"));
  EXPECT_THAT(found, HasSubstr("new/a: precondition: only may-consider rows have one"));
}

}  // namespace
}  // namespace ivig::rules
