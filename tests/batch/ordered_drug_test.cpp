// Is what an order's drug is remembered as what reading the whole order says?
#include "batch/ordered_drug.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "advice/product.h"
#include "fhir/read_resources.h"
#include "tests/support/order_request.h"

namespace ivig::batch {
namespace {

using test::coded;
using test::json;
using test::kRxNorm;
using test::words;

advice::Knowledge const& knowledge() {
  static auto const loaded = advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
  return **loaded;
}

/// The drug of an order, by its members as they are written, or by the whole of it.
struct Asked {
  explicit Asked(std::string const& order) : text(json(order)) {
    std::string const kept = text + std::string(base::JsonGlance::kPadding, ' ');
    EXPECT_TRUE(glance.read(std::string_view(kept).substr(0, text.size()))) << text;
    EXPECT_NE(glance.written(), nullptr) << text;
    whole = *drugs.of_order(text, nullptr);
    for (int i = 0; i < 2; ++i) {  // the second time out of memory
      stripped = *drugs.of_order(text, glance.written());
      EXPECT_TRUE(stripped.ivig || !whole.ivig) << "missed: " << text;
      EXPECT_TRUE(stripped.ivig || stripped.elsewhere == whole.elsewhere) << text;
    }
  }
  std::string text;
  base::JsonGlance glance;
  Limits limits;
  OrderedDrugs drugs{knowledge(), limits};
  OrderedDrug whole, stripped;
};

std::string order_of(std::vector<std::string> const& members) { return "{" + test::joined(members) + "}"; }
std::string const kRequest = "'resourceType':'MedicationRequest'";
std::string route(std::string const& words) { return "'dosageInstruction':[{'route':{'text':'" + words + "'}}]"; }

TEST(OrderedDrug, is_IVIG_by_code_by_words_and_by_a_contained_Medication) {
  EXPECT_TRUE(Asked(order_of({kRequest, "'medicationCodeableConcept':" + test::privigen()})).stripped.ivig);
  EXPECT_TRUE(Asked(order_of({kRequest, "'medicationCodeableConcept':" + words("Gamunex-C 10%"), route("intravenous")}))
                  .stripped.ivig);
  EXPECT_TRUE(Asked(order_of({"'contained':[{'resourceType':'Medication','id':'m','code':" + test::privigen() + "}]",
                              kRequest, "'medicationReference':{'reference':'#m'}"}))
                  .stripped.ivig);
  EXPECT_FALSE(
      Asked(order_of({kRequest, "'medicationCodeableConcept':" + words("prednisone 20 mg tablet")})).stripped.ivig);
}

TEST(OrderedDrug, may_stand_in_a_Medication_elsewhere) {
  Asked const asked(order_of({kRequest, "'medicationReference':{'reference':'https://ehr.example/Medication/m7'}"}));
  EXPECT_FALSE(asked.stripped.ivig);
  EXPECT_EQ(asked.stripped.elsewhere, "m7");
}

TEST(OrderedDrug, of_duplicate_members_is_the_last) {
  std::string const one = "'medicationCodeableConcept':" + test::privigen();
  std::string const other = "'medicationCodeableConcept':" + words("prednisone 20 mg tablet");
  EXPECT_FALSE(Asked(order_of({one, kRequest, other})).stripped.ivig);
  EXPECT_TRUE(Asked(order_of({other, kRequest, one})).stripped.ivig);
}

TEST(OrderedDrug, is_not_told_by_the_route_which_other_orders_of_the_drug_share) {
  std::string const drug = "'medicationCodeableConcept':" + words("Gammagard Liquid 10% infusion");
  Asked const asked(order_of({kRequest, drug, route("subcutaneous")}));
  EXPECT_FALSE(asked.whole.ivig);
  EXPECT_TRUE(asked.stripped.ivig) << "the patient's record is looked at for once too often";
}

TEST(OrderedDrug, of_thousands_of_orders_is_never_missed) {
  std::mt19937 random(8);
  auto one_of = [&](auto const& choices) { return choices[random() % choices.size()]; };
  std::vector<std::string> const concepts{
      test::privigen(),
      words("Gamunex-C 10% solution"),
      words("immune globulin (human) intravenous 10 %"),
      words("prednisone 20 mg tablet"),
      words("Hizentra 20%"),
      coded(kRxNorm, "1809520"),
      words("Rho(D) immune globulin"),
      "{'text':null,'coding':{'system':'" + std::string(kRxNorm) + "','code':'1809520'}}",
      "null",
      "'Privigen'",
      "[]"};
  std::vector<std::string> const references{"{'reference':'#m'}", "{'reference':'Medication/m'}",
                                            "{'display':'Privigen'}", "[{'reference':'#m'}]",
                                            "{'identifier':{'value':'x'},'display':'IVIG'}"};
  std::vector<std::string> const types{"MedicationRequest", "MedicationOrder", "ServiceRequest", "ProcedureRequest"};
  unsigned ivig = 0;
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::string> members{"'resourceType':'" + one_of(types) + "'", "'id':'" + std::to_string(i) + "'",
                                     "'note':[{'text':'Privigen'}]"};
    for (auto more = random() % 3; more > 0; --more)
      members.push_back("'medicationCodeableConcept':" + one_of(concepts));
    if (random() % 3 == 0) members.push_back("'medicationReference':" + one_of(references));
    if (random() % 4 == 0)
      members.push_back("'medication':{'concept':" + one_of(concepts) + ",'reference':" + one_of(references) + "}");
    if (random() % 4 == 0) members.push_back("'medication':" + one_of(references));
    if (random() % 4 == 0) members.push_back("'code':" + one_of(concepts));
    if (random() % 3 == 0) {
      members.push_back("'contained':[{'resourceType':'Medication','id':'m','code':" + one_of(concepts) +
                        ",'ingredient':[{'itemCodeableConcept':" + one_of(concepts) + "}]}]");
    }
    if (random() % 2 == 0)
      members.push_back(route(one_of(std::vector<std::string>{"intravenous", "subcutaneous", "IV"})));
    std::shuffle(members.begin(), members.end(), random);
    Asked const asked(order_of(members));
    ivig += asked.whole.ivig ? 1 : 0;
  }
  EXPECT_GT(ivig, 300U) << "else this shows nothing";
}

TEST(OrderedDrug, is_forgotten_rather_than_remembered_without_end) {
  Limits limits;
  limits.drug_bytes = 1000;  // a drug takes a tenth of it
  OrderedDrugs drugs(knowledge(), limits);
  for (int i = 0; i < 200; ++i) {
    std::string const order = json(order_of(
        {kRequest, "'medicationCodeableConcept':" + words((i % 2 == 0 ? "Privigen " : "none ") + std::to_string(i))}));
    std::string const kept = order + std::string(base::JsonGlance::kPadding, ' ');
    base::JsonGlance glance;
    ASSERT_TRUE(glance.read(std::string_view(kept).substr(0, order.size())));
    EXPECT_EQ(drugs.of_order(order, glance.written())->ivig, i % 2 == 0);
  }
}

}  // namespace
}  // namespace ivig::batch
