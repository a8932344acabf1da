// What a card offers to do: change the dose of the order, order a test. REQ ACT-03, ACT-04, HTTP-11, SUGG-*
#include <gtest/gtest.h>

#include <string>

#include "base/json_read.h"
#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using test::bundle;
using test::coded;
using test::json;
using test::kIcd10Cm;
using test::medication_request;
using test::OrderAnswers;
using test::OrderRequest;

std::string cidp() { return coded(kIcd10Cm, "G61.81", "CIDP"); }

/// A Privigen order whose dose is `quantity` a day for `days` days, with things in it that must survive.
std::string order_of(std::string const& quantity, int days, std::string const& more_dosage = "",
                     std::string const& product = test::privigen()) {
  return medication_request(
      "rx-1",
      "'meta':{'versionId':'7'},'extension':[{'url':'urn:x','valueDecimal':1.50}],'medicationCodeableConcept':" +
          product + ",'dosageInstruction':[{'sequence':1," + more_dosage +
          "'route':{'coding':[{'system':'http://snomed.info/sct','code':'47625008'}]},"
          "'timing':{'repeat':{'frequency':1,'period':1,'periodUnit':'d','count':" +
          std::to_string(days) + "}},'doseAndRate':[{'doseQuantity':{" + quantity + "}}]}],'reasonCode':[" + cidp() +
          "]");
}

constexpr char const* kGramsPerKg = ",'unit':'g/kg','system':'http://unitsofmeasure.org','code':'g/kg'";

struct Offers {
  std::string answer;
  std::unique_ptr<base::JsonBody> body;
  base::Json const* card = nullptr;
};

Offers offers(OrderRequest const& request) {
  OrderAnswers const service;
  (void)service.cards(request);  // the shape
  Offers offers;
  auto answer = service.answer(request.text());
  if (!answer) return offers;
  offers.answer = *answer;
  offers.body = std::move(*base::JsonBody::parse(*answer, {}));
  offers.card = base::object_member(offers.body->root(), "cards");
  return offers;
}

TEST(OrderActions, ACT_04_HTTP_11_a_dose_far_off_is_offered_corrected_in_the_order_as_it_came) {
  auto const found = offers({{order_of(std::string("'value':2.0") + kGramsPerKg, 5, "'text':'2 g/kg daily x 5',")}});
  std::string const expected = json(
      "{'type':'update','description':'Change the draft order for Privigen to 2 g/kg (160 g) per course over 5 days',"
      "'resource':" +
      order_of(std::string("'value':0.4") + kGramsPerKg, 5, "'text':'2 g/kg (160 g) per course over 5 days',") + "}");
  EXPECT_NE(found.answer.find(expected), std::string::npos) << found.answer;
  EXPECT_NE(found.answer.find("\"label\":\"Correct the dose: 2 g/kg (160 g) per course over 5 days\""),
            std::string::npos);
}

TEST(OrderActions, ACT_04_grams_are_corrected_by_weight) {
  auto const found = offers(
      {{order_of("'value':100,'unit':'g','system':'http://unitsofmeasure.org','code':'g'", 4)}});  // 5 g/kg for 80 kg
  EXPECT_NE(found.answer.find("\"value\":40,\"unit\":\"g\""), std::string::npos) << found.answer;
}

TEST(OrderActions, CARD_13_no_dose_is_offered_where_it_is_read_from_text_or_given_twice) {
  std::string const text_only = medication_request(
      "rx-1", "'medicationCodeableConcept':" + test::privigen() +
                  ",'dosageInstruction':[{'text':'2 g/kg daily for 5 days','route':{'text':'IV'}}],'reasonCode':[" +
                  cidp() + "]");
  EXPECT_EQ(offers({{text_only}}).answer.find("\"update\""), std::string::npos);
  std::string two = order_of(std::string("'value':2.0") + kGramsPerKg, 5);
  two.replace(two.find("'dosageInstruction':[{"), 22, "'dosageInstruction':[{'text':'before: hydration'},{");
  EXPECT_EQ(offers({{two}}).answer.find("\"update\""), std::string::npos);
}

TEST(OrderActions, SUGG_01_an_order_that_is_not_recommended_is_offered_for_removal_alone) {
  std::string order = order_of(std::string("'value':2.0") + kGramsPerKg, 5);
  std::string const ibm = coded(kIcd10Cm, "G72.41", "Inclusion body myositis");
  order.replace(order.find(cidp()), cidp().size(), ibm);
  OrderRequest request{{order}};
  request.prefetch = {{"observations", bundle({})}};
  auto const found = offers(request);
  EXPECT_NE(found.answer.find("\"delete\""), std::string::npos);
  EXPECT_EQ(found.answer.find("\"update\""), std::string::npos);
  EXPECT_EQ(found.answer.find("\"create\""), std::string::npos);
}

OrderRequest without_results(std::vector<std::string> drafts) {
  OrderRequest request{std::move(drafts)};
  request.prefetch = {{"observations", bundle({test::observation("weight", "29463-7", "Body weight", "80", "kg")})}};
  return request;
}

TEST(OrderActions, ACT_03_a_missing_test_is_offered_as_a_whole_draft_order) {
  auto const found = offers(without_results({order_of(std::string("'value':2.0") + kGramsPerKg, 5)}));
  EXPECT_NE(found.answer.find(json(
                "{'resourceType':'ServiceRequest','status':'draft','intent':'order','code':{'coding':[{'system':"
                "'http://loinc.org','code':'2458-8','display':'IgA [Mass/volume] in Serum or Plasma'}]},'subject':{"
                "'reference':'Patient/p1'}}")),
            std::string::npos)
      << found.answer;
  EXPECT_NE(found.answer.find("\"2160-0\""), std::string::npos);
  // SUGG-03, CARD-10: dose and tests go together
  EXPECT_NE(found.answer.find("\"selectionBehavior\":\"any\""), std::string::npos);
}

TEST(OrderActions, CRD_03_what_is_drafted_already_is_not_offered) {
  std::string const iga =
      "{'resourceType':'ServiceRequest','id':'lab-1','status':'draft','intent':'order','subject':{'reference':"
      "'Patient/p1'},'code':{'coding':[{'system':'http://loinc.org','code':'2458-8'}]}}";
  auto const found = offers(without_results({order_of(std::string("'value':2.0") + kGramsPerKg, 5), iga}));
  EXPECT_EQ(found.answer.find("Order serum IgA"), std::string::npos) << found.answer;
  EXPECT_NE(found.answer.find("Order serum creatinine"), std::string::npos);
}

}  // namespace
}  // namespace ivig::hooks
