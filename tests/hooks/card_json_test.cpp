#include "hooks/card_json.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/cards_checker.h"
#include "tests/support/order_request.h"

namespace ivig::hooks {
namespace {

using advice::Action;
using advice::Card;
using advice::CardCoding;
using advice::Suggestion;
using test::card_faults;
using test::CardsContext;

ClientProfile profile(std::string_view name) { return *client_profile(name); }

/// A card with nothing optional.
Card bare() {
  Card card;
  card.uuid = "11111111-2222-4333-8444-555555555555";
  card.summary = "IVIG not recommended";
  card.indicator = advice::Indicator::warning;
  card.source_label = "Guideline";
  return card;
}

Action removal() { return {Action::Type::remove, "Delete the order", "", "MedicationRequest/a"}; }

/// A card with everything.
Card full() {
  Card card = bare();
  card.detail = "**Order:** Privigen\n\nA \"quoted\" word.";
  card.source_url = "https://guideline.example.org";
  card.topic = CardCoding{"urn:ivig-cds:topic", "ivigNotRecommended", "IVIG not recommended"};
  Suggestion remove{"Remove the order", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", true, {removal()}};
  Suggestion replace{"Order less", "aaaaaaaa-bbbb-4ccc-8ddd-ffffffffffff", false, {}};
  replace.actions.push_back({Action::Type::update, "Lower the dose",
                             R"({"resourceType":"MedicationRequest","id":"a","dose":0.10,"meta":{"versionId":"3"}})",
                             ""});
  replace.actions.push_back({Action::Type::create, "Order a test", R"({"resourceType":"ServiceRequest"})", ""});
  card.suggestions = {remove, replace};
  card.override_reasons = {{"urn:ivig-cds:override-reason", "specialist-advice", "Specialist recommends IVIG"}};
  card.links = {{"The evidence", "https://cds.example.org/evidence/g/r"}};
  return card;
}

TEST(CardJson, RESP_01_03_no_card_is_an_empty_array_and_nothing_else) {
  EXPECT_EQ(cards_json({}, {}), R"({"cards":[]})");
  EXPECT_EQ(cards_json({}, profile("cds-hooks-1.0")), R"({"cards":[]})");
}

TEST(CardJson, RESP_03_CARD_05_10_a_bare_card_has_no_optional_member) {
  std::string const text = cards_json({bare()}, {});
  EXPECT_EQ(text, R"({"cards":[{"uuid":"11111111-2222-4333-8444-555555555555","summary":"IVIG not recommended",)"
                  R"("indicator":"warning","source":{"label":"Guideline"}}]})");
  EXPECT_EQ(card_faults(text), "");
}

TEST(CardJson, CARD_SUGG_ACT_OVR_LINK_a_full_card_has_every_member_in_its_place) {
  std::string const text = cards_json({full()}, {});
  EXPECT_EQ(card_faults(text, {false, false, {"MedicationRequest/a"}, {}}), "") << text;
  for (char const* part :
       {R"("detail":"**Order:** Privigen\n\nA \"quoted\" word.")",
        R"("source":{"label":"Guideline","url":"https://guideline.example.org","topic":{"code":"ivigNotRecommended",)",
        R"({"type":"delete","description":"Delete the order","resourceId":"MedicationRequest/a"})",
        R"("isRecommended":true)", R"("selectionBehavior":"any")", R"("overrideReasons":[{"code":)",
        R"("links":[{"label":"The evidence","url":"https://cds.example.org/evidence/g/r","type":"absolute"}])"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(CardJson, HTTP_11_ACT_04_an_update_is_spliced_with_the_digits_it_came_with) {
  EXPECT_NE(
      cards_json({full()}, {})
          .find(R"("resource":{"resourceType":"MedicationRequest","id":"a","dose":0.10,"meta":{"versionId":"3"}})"),
      std::string::npos);
}

TEST(CardJson, CARD_04_each_indicator_has_its_word) {
  using advice::Indicator;
  for (auto const& [indicator, word] : {std::pair{Indicator::info, "info"}, std::pair{Indicator::warning, "warning"},
                                        std::pair{Indicator::critical, "critical"}}) {
    Card card = bare();
    card.indicator = indicator;
    EXPECT_NE(cards_json({card}, {}).find(std::string(R"("indicator":")") + word + "\""), std::string::npos);
  }
}

TEST(CardJson, EXT_04_a_1_0_client_gets_only_what_1_0_knows) {
  for (char const* name : {"cds-hooks-1.0", "oracle-health"}) {
    std::string const text = cards_json({full()}, profile(name));
    CardsContext context;
    context.version_1_0 = true;
    context.orders = {"MedicationRequest/a"};
    EXPECT_EQ(card_faults(text, context), "") << text;
    EXPECT_NE(text.find(R"({"type":"delete","description":"Delete the order","resource":"MedicationRequest/a"})"),
              std::string::npos)
        << "ACT-06: " << text;
    EXPECT_NE(text.find(R"("uuid":"aaaaaaaa-)"), std::string::npos) << "a suggestion keeps its uuid";
  }
}

TEST(CardJson, SUGG_07_a_client_that_takes_one_action_is_offered_no_half_suggestion) {
  std::string const text = cards_json({full()}, profile("epic"));
  CardsContext context;
  context.one_action = true;
  EXPECT_EQ(card_faults(text, context), "") << text;
  EXPECT_NE(text.find(R"("selectionBehavior":"any")"), std::string::npos);
  EXPECT_NE(text.find("Remove the order"), std::string::npos);
  EXPECT_EQ(text.find("Order less"), std::string::npos) << "accepting a suggestion means all of its actions (SUGG-04)";

  Card only = full();
  only.suggestions.erase(only.suggestions.begin());
  std::string const none = cards_json({only}, profile("epic"));
  EXPECT_EQ(card_faults(none, context), "") << none;
  EXPECT_EQ(none.find("suggestions"), std::string::npos);
}

TEST(CardJson, SUGG_04_a_suggestion_without_actions_is_legal) {
  Card card = full();
  card.suggestions = {{"Talk to the pharmacist", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", false, {}}};
  for (char const* name : {"generic", "epic", "cds-hooks-1.0"}) {
    std::string const text = cards_json({card}, profile(name));
    EXPECT_NE(text.find("Talk to the pharmacist"), std::string::npos) << name;
    EXPECT_EQ(text.find("actions"), std::string::npos) << name;
  }
}

TEST(CardJson, HTTP_02_text_of_any_kind_stays_one_JSON_string) {
  Card card = bare();
  card.detail = "tab\tquote\" backslash\\ nul-like \x01 line\nßµ\xF0\x9F\x92\x89";
  auto body = base::JsonBody::parse(cards_json({card}, {}), {});
  ASSERT_TRUE(body) << body.error().detail;
  base::each((*body)->root(), "cards",
             [&](base::Json const& read, std::size_t) { EXPECT_EQ(base::string_member(read, "detail"), card.detail); });
}

TEST(CardJson, CARD_01_several_cards_keep_their_order) {
  Card second = bare();
  second.uuid = "11111111-2222-4333-8444-666666666666";
  second.summary = "Second";
  std::string const text = cards_json({bare(), second}, {});
  EXPECT_EQ(card_faults(text), "");
  EXPECT_LT(text.find("IVIG not recommended"), text.find("Second"));
}

TEST(ClientProfile, is_found_by_the_names_of_the_configuration) {
  for (char const* name : {"generic", "sandbox", "epic", "oracle-health", "cds-hooks-1.0"})
    EXPECT_TRUE(client_profile(name)) << name;
  for (char const* name : {"", "Epic", "cds-hooks-2.0", "cerner"}) EXPECT_FALSE(client_profile(name)) << name;
}

// The checker is checked: each row finds what it is for.

std::string faults_of(std::string const& card) { return card_faults("{\"cards\":[" + test::json(card) + "]}"); }

TEST(CardsChecker, finds_each_kind_of_fault) {
  struct Case {
    char const* card;
    char const* row;
  };
  std::string const start =
      "{'uuid':'11111111-2222-4333-8444-555555555555','summary':'s','indicator':'info','source':{'label':'l'}";
  Case const cases[] = {
      {",'detail':null}", "RESP-03"},
      {",'detail':''}", "RESP-03"},
      {",'links':[]}", "RESP-03"},
      {",'foo':1}", "RESP-04"},
      {",'extension':[1]}", "EXT-01"},
      {",'detail':'<b>x</b>'}", "CARD-03"},
      {",'detail':'[x](y)'}", "CARD-03"},
      {",'detail':'see https://x'}", "CARD-03"},
      {",'selectionBehavior':'any'}", "CARD-10"},
      {",'suggestions':[{'label':'x','uuid':'11111111-2222-4333-8444-555555555556'}]}", "CARD-10"},
      {",'selectionBehavior':'any','suggestions':[{'label':'x','uuid':'X'}]}", "SUGG-02"},
      {",'selectionBehavior':'any','suggestions':[{'label':'x','uuid':'11111111-2222-4333-8444-555555555555'}]}",
       "SUGG-02"},
      {",'overrideReasons':[{'code':'c','system':'s'}]}", "OVR-02"},
      {",'overrideReasons':[{'code':'c','display':'d'}]}", "OVR-01"},
      {",'links':[{'label':'l','url':'http://h/x','type':'absolute'}]}", "LINK-05"},
      {",'links':[{'label':'l','url':'https://h/x?patient=1','type':'absolute'}]}", "LINK-05"},
      {",'links':[{'label':'l','url':'https://h/x','type':'web'}]}", "LINK-02"},
      {",'links':[{'label':'l','url':'https://h/x','type':'absolute','appContext':'x'}]}", "LINK-03"},
  };
  EXPECT_EQ(faults_of(start + "}"), "");
  for (Case const& c : cases) {
    std::string const found = faults_of(start + c.card);
    EXPECT_TRUE(found.starts_with(c.row) || found.find(std::string("\n") + c.row) != std::string::npos)
        << c.card << " gave " << found;
  }
  EXPECT_NE(faults_of("{'uuid':'11111111-2222-4333-8444-555555555555','indicator':'hard-stop'}").find("CARD-04"),
            std::string::npos);
}

TEST(CardsChecker, finds_faults_of_actions) {
  auto with_action = [](std::string const& action) {
    return faults_of(
        "{'uuid':'11111111-2222-4333-8444-555555555555','summary':'s','indicator':'info','source':{'label':"
        "'l'},'selectionBehavior':'any','suggestions':[{'label':'x','uuid':"
        "'11111111-2222-4333-8444-555555555556','actions':[" +
        action + "]}]}");
  };
  EXPECT_EQ(with_action("{'type':'delete','description':'d','resourceId':'MedicationRequest/a'}"), "");
  for (auto const& [action, row] :
       {std::pair{"{'type':'DELETE','description':'d','resourceId':'A/b'}", "ACT-01"},
        std::pair{"{'type':'delete','resourceId':'A/b'}", "ACT-02"},
        std::pair{"{'type':'delete','description':'d','resource':'A/b'}", "ACT-05"},
        std::pair{"{'type':'delete','description':'d','resourceId':'https://h/A/b'}", "ACT-05"},
        std::pair{"{'type':'create','description':'d','resource':{'id':'x'}}", "ACT-03"},
        std::pair{"{'type':'update','description':'d'}", "ACT-04"},
        std::pair{"{'type':'create','description':'d','resource':{'resourceType':'A'},'resourceId':'A/b'}", "ACT-08"}})
    EXPECT_NE(with_action(action).find(row), std::string::npos) << action;
}

}  // namespace
}  // namespace ivig::hooks
