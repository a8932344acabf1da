#include "hooks/stored_decision.h"

#include <gtest/gtest.h>

#include "base/json_body.h"
#include "base/json_read.h"
#include "tests/store/samples.h"

namespace ivig::hooks {
namespace {

using base::string_member;

store::StoredDecision answered() {
  store::StoredDecision decision{test::sample_decision("a"), "overridden", {test::sample_feedback("a", "overridden")}};
  decision.record.decision_json =
      R"({"order":"MedicationRequest/a","patient":"Patient/p","stance":"not-recommended","indicator":"warning",)"
      R"("safety":[{"code":"x","detail":"A risk."}],"missing":[{"fact":"f","ask":"Is it?"}]})";
  return decision;
}

std::unique_ptr<base::JsonBody> parsed(std::string const& text) {
  auto body = base::JsonBody::parse(text, {});
  if (!body) throw std::runtime_error("no JSON: " + text);
  return *std::move(body);
}

TEST(StoredDecision, is_the_decision_object_with_its_cards_and_what_became_of_them) {
  auto const body = parsed(stored_decision_json(answered()));
  base::Json const& root = body->root();
  EXPECT_EQ(string_member(root, "hookInstance"), "instance-a");
  EXPECT_EQ(string_member(root, "order"), "MedicationRequest/a");
  EXPECT_EQ(string_member(root, "stance"), "not-recommended");
  EXPECT_EQ(string_member(root, "outcome"), "overridden");
  EXPECT_EQ(string_member(root, "recommendation"), "guideline/row");
  EXPECT_EQ(string_member(*base::object_member(root, "cards"), "uuid"), "card-a");
  base::Json const& feedback = *base::object_member(root, "feedback");
  EXPECT_EQ(string_member(feedback, "card"), "card-a");
  EXPECT_EQ(string_member(feedback, "outcome"), "overridden");
  EXPECT_EQ(string_member(*base::object_member(feedback, "overrideReason"), "code"), "other");
  EXPECT_EQ(string_member(feedback, "userComment"), "tried before");
  EXPECT_TRUE(string_member(feedback, "outcomeTimestamp").ends_with(".000Z"));
}

TEST(StoredDecision, shows_a_summary_where_documents_were_not_asked_for) {
  auto decision = answered();
  decision.record.decision_json.clear();
  auto const body = parsed(stored_decision_json(decision));
  EXPECT_EQ(string_member(body->root(), "order"), "MedicationRequest/a");
  EXPECT_EQ(string_member(*base::object_member(body->root(), "cards"), "uuid"), "card-a");
}

TEST(StoredDecision, is_a_csv_line_that_no_spreadsheet_runs) {
  auto decision = answered();
  decision.feedback[0].user_comment = "=HYPERLINK(\"x\"),\nline";
  decision.record.latency_us = 1007;
  std::string const line = stored_decision_csv(decision);
  EXPECT_NE(line.find(",\"'=HYPERLINK(\"\"x\"\"),\nline\","), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with(",1.007,condition-a,none\r\n")) << line;
  auto const commas = [](std::string_view text) { return std::count(text.begin(), text.end(), ','); };
  EXPECT_EQ(commas(csv_heading()), commas(line) - 1);
}

// REQ FDBK-12
TEST(StoredDecision, counts_silence_neither_for_nor_against_a_row) {
  std::string const rates = override_rates_json({{"g/r", 10, 8, 1, 2}, {"", 5, 0, 0, 0}});
  EXPECT_EQ(rates, R"({"rows":[{"row":"g/r","decisions":10,"cards":8,"accepted":1,"overridden":2,"no_feedback":5,)"
                   R"("override_rate":0.666},{"row":null,"decisions":5,"cards":0,"accepted":0,"overridden":0,)"
                   R"("no_feedback":0,"override_rate":null}]})");
}

TEST(StoredDecision, is_a_guidance_response_and_its_provenance_in_fhir) {
  auto decision = answered();
  decision.record.patient = "Patient/~0123";
  auto const body = parsed(guidance_bundle(decision, "https://cds.example.org"));
  std::vector<base::Json const*> resources;
  base::each(body->root(), "entry", [&](base::Json const& entry, std::size_t) {
    resources.push_back(base::object_member(entry, "resource"));
  });
  ASSERT_EQ(resources.size(), 2U);
  base::Json const& guidance = *resources[0];
  EXPECT_EQ(string_member(guidance, "resourceType"), "GuidanceResponse");
  EXPECT_EQ(string_member(guidance, "status"), "data-requested");
  EXPECT_EQ(string_member(guidance, "moduleUri"), "https://cds.example.org/evidence/guideline/row");
  base::Json const& subject = *base::object_member(guidance, "subject");
  EXPECT_EQ(string_member(subject, "reference"), "") << "a hash resolves nowhere";
  EXPECT_EQ(string_member(*base::object_member(subject, "identifier"), "value"), "~0123");
  EXPECT_EQ(string_member(*resources[1], "resourceType"), "Provenance");
}

}  // namespace
}  // namespace ivig::hooks
