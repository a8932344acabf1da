#include "hooks/decision_record.h"

#include <gtest/gtest.h>

#include "hooks/services.h"
#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using test::coded;
using test::ivig_order;
using test::kIcd10Cm;
using test::OrderRequest;

store::Time const kNow{std::chrono::milliseconds{1790000000123}};

std::vector<store::DecisionRecord> records(std::string const& text, store::References const& references) {
  auto body = base::JsonBody::parse(text, {});
  if (!body) throw std::runtime_error("no JSON");
  base::UuidSequence ids;
  RecordOptions const record{references, ids, "ivig-order-sign", "ehr", "tenant", kNow};
  OrderServiceOptions options{{}, "https://cds.example.org", true, &record};
  auto outcome =
      answer_order_hook(*test::tree_knowledge(), *find_service("ivig-order-sign"), **body, options, test::call_day());
  if (!outcome) throw std::runtime_error(outcome.error().detail);
  return std::move(outcome->records);
}

std::string two_orders() {
  OrderRequest request{{ivig_order("first-order", coded(kIcd10Cm, "G72.41")), ivig_order("second-order")}};
  return request.text();
}

TEST(DecisionRecord, holds_what_was_advised_about_each_order) {
  auto const found = records(two_orders(), store::References{});
  ASSERT_EQ(found.size(), 2U);
  auto const& first = found[0];
  EXPECT_EQ(first.order, "MedicationRequest/first-order");
  EXPECT_EQ(first.patient, "Patient/p1");
  EXPECT_EQ(first.client, "ehr");
  EXPECT_EQ(first.tenant, "tenant");
  EXPECT_EQ(first.service, "ivig-order-sign");
  EXPECT_EQ(first.time, kNow);
  EXPECT_EQ(first.stance, "not-recommended");
  EXPECT_FALSE(first.row.empty());
  EXPECT_FALSE(first.rules_sha256.empty());
  ASSERT_EQ(first.cards.size(), 1U);
  EXPECT_NE(first.cards_json.find(first.cards[0].uuid), std::string::npos);
  for (auto const* text : {&first.decision_json, &first.facts_json, &first.cards_json}) {
    EXPECT_TRUE(base::JsonBody::parse(*text, {})) << *text;
  }
  EXPECT_NE(first.facts_json, "[]");
  EXPECT_LT(found[0].id, found[1].id) << "ids rise in the order of the records";
}

TEST(DecisionRecord, names_no_patient_and_no_order_where_references_are_hashed) {
  std::string const key(32, 'k');
  auto const found = records(two_orders(), store::References(key));
  ASSERT_EQ(found.size(), 2U);
  for (auto const& record : found) {
    EXPECT_TRUE(record.order.starts_with("MedicationRequest/~")) << record.order;
    EXPECT_EQ(record.patient, store::References(key).kept("Patient/p1"));
    for (auto const* text : {&record.decision_json, &record.facts_json, &record.cards_json}) {
      EXPECT_EQ(text->find("Patient/p1"), std::string::npos) << *text;
      EXPECT_EQ(text->find("first-order"), std::string::npos) << *text;
    }
  }
}

// REQ FHIR-04
TEST(DecisionRecord, never_holds_the_access_token) {
  std::string text = two_orders();
  std::string const token = "s3cret-access-token";
  text.insert(1,
              "\"fhirServer\":\"https://ehr.example.org/fhir\",\"fhirAuthorization\":{\"access_token\":\"" + token +
                  "\",\"token_type\":\"Bearer\",\"expires_in\":300,\"scope\":\"patient/*.read\",\"subject\":\"s\"},");
  for (auto const& record : records(text, store::References{})) {
    for (auto const* part : {&record.decision_json, &record.facts_json, &record.cards_json}) {
      EXPECT_EQ(part->find(token), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace ivig::hooks
