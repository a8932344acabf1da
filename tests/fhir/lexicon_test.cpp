// Phrases in free text and what is said of them: the cues are the shipped ones (rules/text.json).

#include "fhir/lexicon.h"

#include <gtest/gtest.h>

#include "advice/knowledge.h"

namespace ivig::fhir {
namespace {

/// Owners: 0 gbs, 1 botulism, 2 antibody (a test), 3 stable, 4 unstable (the other side of 3), 5 an abbreviation, 6
/// "GBS relapse", a qualifier, 7 "no worsening", another, 8 "worsening".
class LexiconTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto rules = rules::RuleSet::load(std::string(IVIG_SOURCE_DIR) + "/rules");
    ASSERT_TRUE(rules.has_value());
    auto const& lists = rules->text_cues;
    auto list = [&](char const* name) { return lists.at(name); };
    lexicon_ = std::make_unique<Lexicon>(
        TextCues{list("negation_before"), list("negation_after"), list("doubt_before"), list("doubt_after"),
                 list("past_before"), list("past_after"), list("family"), list("scope_breaks"), list("pseudo_negation"),
                 list("result_positive"), list("result_negative"), list("result_pending"), list("rule_out_before"),
                 list("caution"), list("caution_of_treatment"), list("settled")});
    lexicon_->add("GBS", PhraseKind::synonym, 0);
    lexicon_->add("Guillain-Barre syndrome", PhraseKind::synonym, 0);
    lexicon_->add("botulism", PhraseKind::synonym, 1);
    lexicon_->add("anti-X antibody", PhraseKind::result, 2);
    lexicon_->add("stable", PhraseKind::synonym, 3);
    lexicon_->add("stable for years then worse", PhraseKind::synonym, 4);
    lexicon_->join_group(4, 3);
    lexicon_->add("SPS", PhraseKind::abbreviation, 5);
    lexicon_->add("GBS relapse", PhraseKind::synonym, 6);
    lexicon_->mark_qualifier(6);
    lexicon_->add("no worsening", PhraseKind::synonym, 7);
    lexicon_->mark_qualifier(7);
    lexicon_->add("worsening", PhraseKind::synonym, 8);
  }
  static void TearDownTestSuite() { lexicon_.reset(); }

  /// "owner:assertion[:past][:result]", in the order of the text.
  static std::string said(std::string const& text) {
    std::string out;
    for (auto const& mention : lexicon_->find(text, tokenize(text))) {
      if (!out.empty()) out += ' ';
      out += std::to_string(mention.owner);
      out += mention.assertion == Assertion::negated    ? ":no"
             : mention.assertion == Assertion::possible ? ":maybe"
                                                        : ":yes";
      if (mention.to_be_excluded) out += "?";
      if (mention.time == Time::past) out += ":past";
      if (mention.result == ResultValue::positive) out += ":positive";
      if (mention.result == ResultValue::negative) out += ":negative";
      if (mention.result == ResultValue::pending) out += ":pending";
    }
    return out;
  }

  static std::unique_ptr<Lexicon> lexicon_;
};
std::unique_ptr<Lexicon> LexiconTest::lexicon_;

struct Case {
  char const* text;
  char const* said;
};

TEST_F(LexiconTest, TellsAffirmedDeniedDoubtedAndPast) {
  for (auto const& c : {
           Case{"GBS", "0:yes"},
           Case{"guillain-barré syndrome", "0:yes"},
           Case{"Guillain Barre Syndrome (severe)", "0:yes"},
           Case{"rule out GBS", "0:no?"},
           Case{"r/o GBS", "0:no?"},
           Case{"No evidence of GBS", "0:no"},
           Case{"GBS ruled out", "0:no"},
           Case{"GBS, ruled out", "0:no"},
           Case{"GBS was excluded", "0:no"},
           Case{"possible GBS", "0:maybe"},
           Case{"GBS?", "0:maybe"},
           Case{"suspected GBS", "0:maybe"},
           Case{"history of GBS", "0:yes:past"},
           Case{"GBS, resolved", "0:yes:past"},
           Case{"denies botulism", "1:no"},
           Case{"GBS not ruled out", "0:maybe"},
           Case{"not only botulism", "1:yes"},
           Case{"Rule out: GBS", "0:no?"},
           Case{"Differential diagnosis: GBS", "0:maybe"},
           Case{"Diagnosis: GBS", "0:yes"},
       }) {
    EXPECT_EQ(said(c.text), c.said) << c.text;
  }
}

TEST_F(LexiconTest, ACueDoesNotReachOverACommaContrastOrSentence) {
  for (auto const& c : {
           Case{"GBS, botulism ruled out", "0:yes 1:no"},
           Case{"GBS; botulism excluded", "0:yes 1:no"},
           Case{"No botulism. GBS", "1:no 0:yes"},
           Case{"no botulism but GBS", "1:no 0:yes"},
           Case{"botulism unlikely, GBS", "1:no 0:yes"},
           Case{"GBS, botulism suspected", "0:yes 1:maybe"},
           Case{"no botulism, myelopathy, or GBS", "1:no 0:no"},
           Case{"Not botulism: GBS", "1:no 0:yes"},
           Case{"GBS, possible botulism", "0:yes 1:maybe"},
           Case{"No evidence of: GBS", "0:no"},
           Case{"GBS: ruled out", "0:no"},
       }) {
    EXPECT_EQ(said(c.text), c.said) << c.text;
  }
}

TEST_F(LexiconTest, WhatIsSaidOfAQualifierIsNotSaidOfTheNameInIt) {
  for (auto const& c : {
           Case{"GBS relapse", "0:yes 6:yes"},
           Case{"no GBS relapse", "0:yes 6:no"},
           Case{"GBS relapse resolved", "0:yes 6:yes:past"},
           Case{"rule out GBS relapse", "0:yes 6:no?"},
           Case{"possible GBS relapse", "0:maybe 6:maybe"},
           Case{"no worsening", "7:yes 8:no"},
       }) {
    EXPECT_EQ(said(c.text), c.said) << c.text;
  }
}

TEST_F(LexiconTest, FamilyHistoryIsSomebodyElses) {
  for (char const* text : {"family history of GBS", "Mother had GBS", "Family history: GBS", "FHx: no matter, GBS"})
    EXPECT_EQ(said(text), "") << text;
}

TEST_F(LexiconTest, ATestIsPositiveNegativeOrPending) {
  for (auto const& c : {
           Case{"anti-X antibody positive", "2:yes:positive"},
           Case{"anti-X antibody: negative", "2:yes:negative"},
           Case{"anti-X antibody negative", "2:yes:negative"},
           Case{"positive anti-X antibody", "2:yes:positive"},
           Case{"anti-X antibody pending", "2:yes:pending"},
           Case{"anti-X antibody 1:25600", "2:yes:positive"},
       }) {
    EXPECT_EQ(said(c.text), c.said) << c.text;
  }
}

TEST_F(LexiconTest, TheLongestPhraseOfAGroupWins) {
  EXPECT_EQ(said("stable"), "3:yes");
  EXPECT_EQ(said("stable for years then worse"), "4:yes");
}

TEST_F(LexiconTest, AbbreviationsGoByCaseAndWholeWord) {
  EXPECT_EQ(said("SPS"), "5:yes");
  EXPECT_EQ(said("sps"), "");
  EXPECT_EQ(said("SPSS"), "");
}

TEST_F(LexiconTest, SurvivesWhatIsNoText) {
  for (std::string const& text : {std::string(), std::string("\xff\xfe\x00 GBS", 7), std::string(10000, ','),
                                  std::string("GBS ") + std::string(5000, '(')})
    (void)said(text);
}

}  // namespace
}  // namespace ivig::fhir
