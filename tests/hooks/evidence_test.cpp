#include "hooks/evidence.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json_body.h"
#include "base/json_read.h"
#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using base::string_member;

/// The rule set of this tree with one row spoilt and one guideline more that disagrees with it.
struct Rules {
  rules::RuleSet set = test::tree_knowledge()->rules;
  rules::RowIndex row = *set.row_index("aanem-2023/ibm");

  rules::Row& spoilt() { return set.rows[row]; }

  void add_dissent() {
    rules::Guideline guideline = set.guidelines[spoilt().guideline];
    guideline.id = "other-1999";
    guideline.short_name = "OTHER <1999>";
    rules::Row dissent = spoilt();
    dissent.id = "other-1999/ibm";
    dissent.title = "Another view";
    dissent.guideline = static_cast<rules::GuidelineIndex>(set.guidelines.size());
    dissent.stance = rules::Stance::may_consider;
    dissent.evidence = "Level C";
    set.guidelines.push_back(guideline);
    set.rows.push_back(dissent);
  }
};

bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST(EvidencePage, says_where_the_recommendation_stands_and_how_far_it_was_checked) {
  Rules rules;
  std::string const html = evidence_html(rules.set, rules.spoilt());
  for (char const* part : {"<!doctype html>", "<html lang=\"en\">", "<title>Inclusion body myositis", "not recommended",
                           "Class I", "section 14", "Read in the source document.", "not medical advice"})
    EXPECT_TRUE(holds(html, part)) << part << "\n" << html;
  EXPECT_TRUE(holds(html, rules.set.version));
}

TEST(EvidencePage, an_unverified_row_says_so) {
  Rules rules;
  rules.spoilt().verification = "unverified";
  EXPECT_TRUE(holds(evidence_html(rules.set, rules.spoilt()), "Not verified against the source."));
  rules.spoilt().verification = "public-source";
  EXPECT_TRUE(holds(evidence_html(rules.set, rules.spoilt()), "public summary or abstract"));
}

TEST(EvidencePage, text_of_the_rules_cannot_become_markup) {
  Rules rules;
  std::string const hostile = "<script>alert(\"1\")</script> & 'x'";
  auto& row = rules.spoilt();
  row.title = row.says = row.instead = row.evidence = row.section = row.source_document = row.source_anchor = hostile;
  row.verification_note = row.regimen.emplace().text = hostile;
  rules.set.guidelines[row.guideline].title = rules.set.guidelines[row.guideline].citation = hostile;
  rules.add_dissent();
  std::string const html = evidence_html(rules.set, rules.spoilt());
  EXPECT_FALSE(holds(html, "<script")) << html;
  EXPECT_FALSE(holds(html, "alert(\"")) << html;
  EXPECT_FALSE(holds(html, "<1999>")) << html;
  EXPECT_TRUE(holds(html, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; 'x'")) << html;
}

TEST(EvidencePage, names_the_other_guidelines_where_they_differ) {
  Rules rules;
  rules.add_dissent();
  std::string const html = evidence_html(rules.set, rules.spoilt());
  EXPECT_TRUE(holds(html, "<dt>Other guidelines</dt>")) << html;
  EXPECT_TRUE(holds(html, "<a href=\"../other-1999/ibm\">OTHER &lt;1999&gt;: Another view</a>")) << html;
  EXPECT_TRUE(holds(html, "may consider (Level C)")) << html;
  EXPECT_FALSE(holds(html, "aanem-2023/ibm-with-steroids")) << "its own guideline is no other one";
}

TEST(EvidencePage, as_JSON_has_nothing_empty_and_names_its_source) {
  Rules rules;
  rules.add_dissent();
  for (auto const& row : rules.set.rows) {
    std::string const text = evidence_json(rules.set, row);
    auto body = base::JsonBody::parse(text, {});
    ASSERT_TRUE(body) << row.id;
    base::Json const& root = (*body)->root();
    EXPECT_EQ(string_member(root, "id"), row.id);
    for (char const* name : {"title", "stance", "evidence", "section"})
      EXPECT_FALSE(string_member(root, name).empty()) << row.id << " " << name;
    for (char const* name : {"guideline", "source", "verification", "rules"})
      EXPECT_NE(base::object_member(root, name), nullptr) << row.id << " " << name;
    for (char const* empty : {":\"\"", ":null", ":[]", ":{}"}) EXPECT_FALSE(holds(text, empty)) << text;
  }
}

TEST(EvidencePage, as_JSON_names_the_other_guidelines) {
  Rules rules;
  rules.add_dissent();
  auto body = base::JsonBody::parse(evidence_json(rules.set, rules.spoilt()), {});
  bool found = false;
  base::each((*body)->root(), "others", [&](base::Json const& other, std::size_t) {
    if (string_member(other, "id") != "other-1999/ibm") return;
    found = true;
    EXPECT_EQ(string_member(other, "stance"), "may-consider");
    EXPECT_EQ(string_member(other, "evidence"), "Level C");
  });
  EXPECT_TRUE(found);
}

TEST(EvidencePage, shows_the_exception_that_a_row_offers_and_those_that_others_make_from_it) {
  Rules rules;
  auto row = [&](char const* id) -> rules::Row const& { return rules.set.rows[*rules.set.row_index(id)]; };
  auto const& offers = row("efns-2008/igm-paraproteinemic-rapid-or-disabling");
  std::string const html = evidence_html(rules.set, offers);
  EXPECT_TRUE(holds(html, "<dt>Exception from advice against IVIG</dt>")) << html;
  EXPECT_TRUE(holds(html, offers.exception->text)) << html;
  EXPECT_TRUE(holds(evidence_json(rules.set, offers), "\"exception\":\"" + offers.exception->text)) << offers.id;
  auto const& against = row("aanem-2023/igm-paraproteinemic");
  EXPECT_TRUE(holds(evidence_html(rules.set, against), "an exception: " + offers.exception->text));
  EXPECT_TRUE(holds(evidence_json(rules.set, against), "\"exception\":\"" + offers.exception->text));
}

TEST(EvidencePage, names_in_plain_words_the_facts_that_decide) {
  Rules rules;
  auto const& row = rules.set.rows[*rules.set.row_index("aanem-2023/gbs-second-dose")];
  std::string const html = evidence_html(rules.set, row);
  EXPECT_TRUE(holds(html, "<dt>Whether it applies turns on</dt>")) << html;
  EXPECT_TRUE(holds(html, "<dt>Another row may apply instead with</dt>")) << html;
  for (auto const& each : rules.set.rows) {
    std::string const page = evidence_html(rules.set, each);
    EXPECT_FALSE(holds(page, "gbs-poor-prognosis")) << "ids of facts are no plain words: " << each.id;
    EXPECT_TRUE(holds(page, "<a href=\"../../evidence\">All recommendations</a>")) << each.id;
  }
}

TEST(EvidenceIndex, lists_every_recommendation_and_leads_to_it) {
  Rules rules;
  std::string const html = evidence_index_html(rules.set, "");
  std::string const json = evidence_index_json(rules.set, "");
  for (auto const& row : rules.set.rows) {
    EXPECT_TRUE(holds(html, "<a href=\"evidence/" + row.id + "\">")) << row.id;
    EXPECT_TRUE(holds(json, "\"id\":\"" + row.id + "\"")) << row.id;
  }
  ASSERT_TRUE(base::JsonBody::parse(json, {}));
}

TEST(EvidenceIndex, is_searched_by_words_of_condition_title_stance_or_guideline) {
  Rules rules;
  auto listed = [&](char const* search, std::string const& id) {
    return holds(evidence_index_html(rules.set, search), "evidence/" + id + "\"");
  };
  EXPECT_TRUE(listed("inclusion BODY", "aanem-2023/ibm"));
  EXPECT_TRUE(listed("not recommended", "aanem-2023/ibm"));
  EXPECT_FALSE(listed("inclusion", "aanem-2023/mmn"));
  EXPECT_FALSE(listed("no such word", "aanem-2023/ibm"));
  EXPECT_EQ(evidence_search("q=inclusion+body%20x&z=1"), "inclusion body x");
  EXPECT_EQ(evidence_search("z=1&q=%3Cb%3e%"), "<b>%");
  EXPECT_EQ(evidence_search(""), "");
  EXPECT_EQ(evidence_search("q=" + std::string(500, 'x')).size(), 100U);
}

TEST(EvidenceIndex, words_of_the_search_cannot_become_markup) {
  Rules rules;
  std::string const html = evidence_index_html(rules.set, "\"><script>alert(1)</script>");
  EXPECT_FALSE(holds(html, "<script")) << html;
  EXPECT_TRUE(holds(html, "value=\"&quot;&gt;&lt;script&gt;")) << html;
}

}  // namespace
}  // namespace ivig::hooks
