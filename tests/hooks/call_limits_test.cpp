// What one call may hold: beyond a limit on the chart the call is answered and the card says what was not read; beyond
// one on the request it is refused.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "advice/cards.h"
#include "advice/decide.h"
#include "hooks/case_input.h"
#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using test::coded;
using test::condition;
using test::ivig_order;
using test::kIcd10Cm;
using test::OrderAnswers;
using test::OrderRequest;

std::string cidp() { return coded(kIcd10Cm, "G61.81", "CIDP"); }
std::string ibm() { return coded(kIcd10Cm, "G72.41", "Inclusion body myositis"); }

/// What the first decision of a request says is missing because it could not be had.
std::vector<std::string> gaps(OrderRequest const& request, fhir::ReadLimits const& limits) {
  auto input = read_case(request.text(), {}, limits);
  if (!input) return {input.error().detail};
  auto const decisions = input->decide(*test::tree_knowledge(), test::call_day());
  return decisions.empty() ? std::vector<std::string>{"no decision"} : decisions.front().gaps;
}

TEST(CallLimits, a_chart_within_them_lacks_nothing) {
  EXPECT_TRUE(gaps({{ivig_order("o", cidp())}, {condition("c", cidp())}}, {}).empty());
}

TEST(CallLimits, what_of_the_chart_is_beyond_them_is_said) {
  std::string const note = "'note':[{'text':'" + std::string(2000, 'x') + "'}]";
  OrderRequest const wordy{{ivig_order("o", cidp())}, {condition("c", cidp(), "active", "confirmed", note)}};
  fhir::ReadLimits limits;
  limits.entry_text = 1000;
  EXPECT_EQ(gaps(wordy, limits), std::vector<std::string>{"conditions"});
  limits = {};
  limits.call_text = 1000;
  EXPECT_EQ(gaps(wordy, limits), (std::vector<std::string>{"conditions", "observations"}));

  OrderRequest many{{ivig_order("o", cidp())}, {condition("c", cidp()), condition("d", cidp())}};
  many.prefetch = {{"observations", test::bundle({})}};
  limits = {};
  limits.resources = 2;  // the patient is one
  EXPECT_EQ(gaps(many, limits), std::vector<std::string>{"conditions"});

  OrderRequest const coded_twice{{ivig_order("o", cidp())},
                                 {condition("c", "{'coding':[{'code':'1'},{'code':'2'},{'code':'3'}]}")}};
  limits = {};
  limits.codings = 2;
  EXPECT_EQ(gaps(coded_twice, limits), std::vector<std::string>{"conditions"});

  OrderRequest allergic{{ivig_order("o", cidp())}};
  allergic.prefetch = {
      {"allergies", test::bundle({"{'resourceType':'AllergyIntolerance','id':'a','patient':{'reference':"
                                  "'Patient/p1'},'code':{'text':'nuts'}," +
                                  note + "}"})}};
  limits = {};
  limits.entry_text = 1000;
  EXPECT_EQ(gaps(allergic, limits), std::vector<std::string>{"allergies"});
}

/// The text of a completed response whose items are so.
std::string response(std::string const& items) {
  return "{'resourceType':'QuestionnaireResponse','id':'q','status':'completed','subject':{'reference':'Patient/p1'},"
         "'item':[" +
         items + "]}";
}

std::string question(std::string const& id) { return "{'linkId':'" + id + "','answer':[{'valueBoolean':true}]}"; }

/// The item within so many others.
std::string within(int levels, std::string item) {
  for (int i = 0; i < levels; ++i) item = "{'linkId':'group','item':[" + item + "]}";
  return item;
}

TEST(CallLimits, answers_of_questionnaires_beyond_them_are_said) {
  std::vector<std::string> const said{"answers of questionnaires"};
  OrderRequest request{{ivig_order("o", cidp())},
                       {condition("c", cidp()), response(question("a") + "," + question("b"))}};
  fhir::ReadLimits limits;
  limits.answers = 2;
  EXPECT_TRUE(gaps(request, limits).empty());
  limits.answers = 1;
  EXPECT_EQ(gaps(request, limits), said);
  // Another answer to the same question takes no place.
  request.conditions = {condition("c", cidp()), response(question("a") + "," + question("a"))};
  EXPECT_TRUE(gaps(request, limits).empty());

  limits = {};
  limits.answer_depth = 2;
  request.conditions = {condition("c", cidp()), response(within(2, question("a")))};
  EXPECT_TRUE(gaps(request, limits).empty());
  for (std::string const& deep :
       {within(3, question("a")), within(2, "{'linkId':'x','answer':[{'item':[" + question("a") + "]}]}")}) {
    request.conditions = {condition("c", cidp()), response(deep)};
    EXPECT_EQ(gaps(request, limits), said) << deep;
  }

  // The defaults, and a response that is one resource too many.
  request.conditions = {condition("c", cidp()), response(within(10, question("a")))};
  EXPECT_TRUE(gaps(request, {}).empty());
  request.conditions = {condition("c", cidp()), response(within(11, question("a")))};
  EXPECT_EQ(gaps(request, {}), said);
  limits = {};
  limits.resources = 2;  // the patient and the condition
  request.prefetch = {{"observations", test::bundle({})}};
  EXPECT_EQ(gaps(request, limits), said);
}

TEST(CallLimits, the_card_says_that_answers_were_not_read) {
  OrderAnswers answers;
  answers.options.read.answers = 1;
  auto const cards = answers.cards(
      {{ivig_order("o", cidp())}, {condition("c", cidp()), response(question("a") + "," + question("b"))}});
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_NE((cards[0].summary + cards[0].detail).find("answers of questionnaires"), std::string::npos)
      << cards[0].summary << "\n"
      << cards[0].detail;
}

TEST(CallLimits, what_of_the_order_is_beyond_them_is_said) {
  fhir::ReadLimits limits;
  limits.codings = 1;
  OrderRequest const reasons{{ivig_order("o", cidp() + "," + ibm())}};
  EXPECT_EQ(gaps(reasons, limits), std::vector<std::string>{"the order's further reasons"});
  limits = {};
  limits.identifiers = 1;
  OrderRequest const named{{ivig_order("o", cidp(), "'identifier':[{'value':'1'},{'value':'2'}]")}};
  EXPECT_EQ(gaps(named, limits), std::vector<std::string>{"the order's further identifiers"});
  limits = {};
  limits.entry_text = 1000;
  OrderRequest const noted{{ivig_order("o", cidp(), "'note':[{'text':'" + std::string(1001, 'x') + "'}]")}};
  EXPECT_EQ(gaps(noted, limits), std::vector<std::string>{"the order's further notes"});
}

TEST(CallLimits, the_answer_names_what_was_not_read) {
  OrderAnswers answers;
  answers.options.read.codings = 1;
  auto const cards = answers.cards({{ivig_order("o", cidp() + "," + ibm())}});
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_NE((cards[0].summary + cards[0].detail).find("the order's further reasons"), std::string::npos)
      << cards[0].summary << "\n"
      << cards[0].detail;
}

TEST(CallLimits, more_orders_than_are_checked_are_refused) {
  OrderAnswers answers;
  answers.options.read.orders = 2;
  OrderRequest request{{ivig_order("a", cidp()), ivig_order("b", cidp())}, {condition("c", cidp())}};
  EXPECT_TRUE(answers.answer(request.text()).has_value());
  request.drafts.push_back(ivig_order("d", cidp()));
  auto const refused = answers.answer(request.text());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::Errc::too_large);
  EXPECT_EQ(refused.error().where, "context.draftOrders.entry");
  EXPECT_NE(refused.error().detail.find("limits.orders"), std::string::npos);
}

TEST(CallLimits, ids_of_a_call_have_a_length) {
  OrderAnswers const answers;
  OrderRequest request{{ivig_order("a", cidp())}};
  request.instance = std::string(1001, 'i');
  auto const refused = answers.answer(request.text());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().where, "hookInstance");
}

TEST(CardLimit, sums_up_the_least_severe_and_names_every_order) {
  OrderAnswers answers;
  answers.options.most_cards = 3;
  OrderRequest request{{}, {condition("c", ibm())}};
  for (int i = 0; i < 6; ++i)
    request.drafts.push_back(test::ivig_order_in("2027-0" + std::to_string(i + 1), "o" + std::to_string(i), ibm()));
  auto const cards = answers.cards(request);
  ASSERT_EQ(cards.size(), 3U);
  EXPECT_EQ(cards.back().summary, "4 more IVIG orders with advice: each is named in the details");
  EXPECT_EQ(cards.back().indicator, "warning");
  for (int i = 2; i < 6; ++i)
    EXPECT_NE(cards.back().detail.find("MedicationRequest/o" + std::to_string(i)), std::string::npos) << i;
}

TEST(CardLimit, never_sums_up_a_critical_one) {
  // 4 g/kg is far above any course: critical.
  std::string const much = test::medication_request(
      "much", "'medicationCodeableConcept':" + test::privigen() + ",'reasonCode':[" + cidp() +
                  "],'dosageInstruction':[{'doseAndRate':[{'doseQuantity':{'value':9,'unit':'g/kg'}}]}]");
  OrderAnswers answers;
  answers.options.most_cards = 1;
  OrderRequest request{{ivig_order("mild", ibm())}, {condition("c", ibm())}};
  for (int i = 0; i < 3; ++i) {
    std::string order = much;
    request.drafts.push_back(order.replace(order.find("'much'"), 6, "'much" + std::to_string(i) + "'"));
  }
  auto const cards = answers.cards(request);
  ASSERT_EQ(cards.size(), 4U) << answers.indicators(request);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(cards[i].indicator, "critical");
  EXPECT_NE(cards[3].detail.find("MedicationRequest/mild"), std::string::npos);
}

TEST(CardLimit, the_record_of_every_order_has_the_card_that_tells_of_it) {
  auto const& knowledge = *test::tree_knowledge();
  OrderRequest request{{}, {condition("c", ibm())}};
  for (int i = 0; i < 4; ++i)
    request.drafts.push_back(test::ivig_order_in("2027-0" + std::to_string(i + 1), "o" + std::to_string(i), ibm()));
  auto const input = read_case(request.text(), {});
  ASSERT_TRUE(input.has_value());
  auto decisions = input->decide(knowledge, test::call_day());
  advice::CardOptions options{"instance", "", true};
  options.most = 2;
  auto const cards = advice::make_cards(knowledge, decisions, options);
  ASSERT_EQ(cards.size(), 2U);
  store::References const plain;
  base::UuidSequence ids;
  auto const records = decision_records(knowledge, HookRequest{}, std::move(decisions), cards,
                                        {plain, ids, "s", "c", "", store::Time{}});
  ASSERT_EQ(records.size(), 4U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(records[i].cards.size(), 1U) << i;
    EXPECT_EQ(records[i].cards[0].uuid, cards[i == 0 ? 0 : 1].uuid) << i;
  }
}

}  // namespace
}  // namespace ivig::hooks
