// Decisions, feedback and questions over HTTP, with a SQLite file behind them; and the same from the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <algorithm>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "base/json_read.h"
#include "tests/support/node.h"
#include "tests/support/order_answers.h"
#include "tests/support/temporary_folder.h"

namespace ivig::app {
namespace {

using base::string_member;
using test::coded;
using test::ivig_order;
using test::kIcd10Cm;
using test::Node;
using test::OrderRequest;
using testing::HasSubstr;
using testing::Not;

constexpr char const* kSign = "/cds-services/ivig-order-sign";
constexpr char const* kFeedback = "/cds-services/ivig-order-sign/feedback";

std::unique_ptr<base::JsonBody> parsed(std::string const& text) {
  auto body = base::JsonBody::parse(text, {});
  if (!body) throw std::runtime_error("no JSON: " + text);
  return *std::move(body);
}

class Decisions : public testing::Test {
 protected:
  Decisions() {
    config_.target = (folder_.path() / "ivig.db").string();
    config_.key = folder_.path() / "ivig.key";
    config_.spool = folder_.path() / "spool";
    config_.wait = std::chrono::seconds(60);
  }
  /// Sends the order; the uuid of its card.
  static std::string card_of(Node const& node, std::string const& id) {
    OrderRequest const request{{ivig_order(id, coded(kIcd10Cm, "G72.41"))}};
    auto const answer = node.post(kSign, request.text());
    EXPECT_EQ(answer.status, 200U) << answer.body;
    return std::string(string_member(*base::object_member(parsed(answer.body)->root(), "cards"), "uuid"));
  }
  static std::string overridden(std::string const& card, std::string const& more = "") {
    return R"({"feedback":[{"card":")" + card +
           R"(","outcome":"overridden","outcomeTimestamp":"2026-11-24T12:00:00Z",)" +
           R"("overrideReason":{"reason":{"code":"tried","system":"s"},"userComment":"tried before"}})" + more + "]}";
  }
  /// `ivig-cds decisions ARGUMENTS`: exit code and standard output.
  std::pair<int, std::string> run(std::string const& arguments) {
    std::string const file = (folder_.path() / "config.yaml").string();
    std::ofstream(file) << "store: sqlite:ivig.db\nstore_key: ivig.key\n";
    std::string const out = (folder_.path() / "out").string();
    int const status = std::system(
        (std::string(IVIG_BINARY) + " decisions " + arguments + " --config " + file + " >" + out + " 2>" + out + ".err")
            .c_str());
    std::ostringstream text;
    text << std::ifstream(out).rdbuf();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.str()};
  }

  test::TemporaryFolder folder_;
  StoreConfig config_;
};

// REQ LOG-01
TEST_F(Decisions, are_kept_before_the_answer_leaves_and_found_by_hook_instance_card_and_patient) {
  Node node(config_);
  std::string const card = card_of(node, "order-a");
  auto const all = parsed(node.get("/review/api/decisions").body);
  base::Json const& decision = *base::object_member(all->root(), "decisions");
  EXPECT_EQ(string_member(decision, "stance"), "not-recommended");
  EXPECT_EQ(string_member(decision, "client"), "anonymous");
  EXPECT_EQ(string_member(*base::object_member(decision, "cards"), "uuid"), card);
  std::string const instance(string_member(decision, "hookInstance"));
  std::string const id(string_member(decision, "id"));
  for (std::string const& filter : {"hook-instance=" + instance, "card=" + card, std::string("patient=Patient%2Fp1"),
                                    std::string("order=MedicationRequest/order-a"), std::string("indicator=warning")}) {
    EXPECT_THAT(node.get("/review/api/decisions?" + filter).body, HasSubstr(id)) << filter;
  }
  EXPECT_THAT(node.get("/review/api/decisions?patient=Patient/other").body, Not(HasSubstr(id)));
  EXPECT_EQ(string_member(parsed(node.get("/review/api/decisions/" + id).body)->root(), "id"), id);
  EXPECT_THAT(node.get("/review/api/decisions/" + id + "?format=fhir").body, HasSubstr("GuidanceResponse"));
}

TEST_F(Decisions, name_no_patient_unless_references_are_kept_plain) {
  {
    Node const node(config_);
    card_of(node, "order-a");
    auto const body = node.get("/review/api/decisions").body;
    EXPECT_THAT(body, Not(HasSubstr("Patient/p1")));
    EXPECT_THAT(body, Not(HasSubstr("order-a")));
  }
  config_.plain_references = true;
  Node const node(config_);
  card_of(node, "order-b");
  EXPECT_THAT(node.get("/review/api/decisions?order=MedicationRequest/order-b").body, HasSubstr("Patient/p1"));
}

// REQ FDBK-01, FDBK-09
TEST_F(Decisions, take_feedback_once_and_show_it_with_the_decision) {
  Node node(config_);
  std::string const card = card_of(node, "order-a");
  EXPECT_EQ(node.post(kFeedback, overridden(card)).status, 200U);
  EXPECT_EQ(node.post(kFeedback, overridden(card)).status, 200U);
  auto const found = parsed(node.get("/review/api/decisions?outcome=overridden").body);
  base::Json const& feedback = *base::object_member(*base::object_member(found->root(), "decisions"), "feedback");
  EXPECT_EQ(string_member(feedback, "userComment"), "tried before");
  EXPECT_THAT(node.get("/review/api/override-rates").body, HasSubstr("\"overridden\":1,\"no_feedback\":0"));
  EXPECT_THAT(node.admin("/metrics").body, HasSubstr("ivig_cds_feedback_duplicates_total 1\n"));
}

// REQ FDBK-02, FDBK-03, FDBK-10
TEST_F(Decisions, answer_feedback_as_the_specification_says) {
  Node node(config_);
  EXPECT_EQ(node.post(kFeedback, "{}").status, 400U);
  EXPECT_EQ(node.post(kFeedback, "[]").status, 400U);
  EXPECT_EQ(node.post(kFeedback, R"({"feedback":[]})").status, 200U);
  EXPECT_EQ(node.post(kFeedback, overridden("unknown-card")).status, 200U);
  EXPECT_EQ(node.post(kFeedback, overridden("x", R"(,{"card":"s3cret"})")).status, 200U);
  EXPECT_EQ(node.post(kFeedback, R"({"feedback":[{"card":"x","outcome":"ignored"}]})").status, 400U);
  EXPECT_EQ(node.get(kFeedback).status, 405U);
  EXPECT_EQ(node.post("/cds-services/unknown/feedback", "{}").status, 404U);
  std::string const log = node.log();
  EXPECT_THAT(log, HasSubstr("feedback_rejected"));
  EXPECT_THAT(log, HasSubstr("feedback[1].outcome"));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
}

TEST_F(Decisions, are_for_callers_on_this_machine_under_its_own_name_only) {
  Node const node(config_);
  EXPECT_EQ(node.get("/review/api/decisions").status, 200U);
  EXPECT_EQ(node.get("/review/api/decisions", "Host: cds.example.org\r\n").status, 200U);
  EXPECT_EQ(node.get("/review/api/decisions", "Host: evil.example.net\r\n").status, 403U);
  EXPECT_EQ(node.get("/review/api/decisions", "Host: localhost\r\nX-Forwarded-For: 10.0.0.1\r\n").status, 403U);
  auto const foreign = node.get("/review/api/decisions", "Host: localhost\r\nOrigin: https://evil.example.net\r\n");
  EXPECT_EQ(foreign.header("Access-Control-Allow-Origin"), "");
  EXPECT_EQ(node.post("/review/api/decisions", "{}").status, 405U);
}

TEST_F(Decisions, are_for_nobody_where_sign_in_would_be_needed) {
  app::ReviewAccess closed;
  closed.public_url = "https://cds.example.org";
  Node const node(config_, closed);
  EXPECT_EQ(node.get("/review/api/decisions").status, 403U);
}

TEST_F(Decisions, refuse_filters_that_they_do_not_know) {
  Node const node(config_);
  for (char const* query :
       {"outcom=accepted", "outcome=ignored", "limit=0", "limit=1001", "from=yesterday", "row=%00"}) {
    EXPECT_EQ(node.get(std::string("/review/api/decisions?") + query).status, 400U) << query;
  }
  EXPECT_EQ(node.get("/review/api/decisions/no-such-id").status, 404U);
  EXPECT_EQ(node.get("/review/api/other").status, 404U);
}

TEST_F(Decisions, are_not_offered_without_a_store) {
  config_.kind = StoreKind::none;
  Node const node(config_);
  EXPECT_EQ(node.post(kFeedback, R"({"feedback":[]})").status, 404U);
  EXPECT_EQ(node.get("/review/api/decisions").status, 404U);
  EXPECT_FALSE(card_of(node, "order-a").empty());
  EXPECT_EQ(node.admin("/readyz").status, 200U);
}

TEST_F(Decisions, count_what_the_service_does_without_naming_anybody) {
  Node node(config_);
  card_of(node, "order-a");
  auto const text = node.admin("/metrics").body;
  EXPECT_THAT(text,
              HasSubstr("ivig_cds_requests_total{hook=\"order-sign\",service=\"ivig-order-sign\",status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("indicator=\"warning\""));
  EXPECT_THAT(text, HasSubstr("ivig_cds_store_records_total{result=\"committed\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("ivig_cds_stage_duration_seconds_count{stage=\"store\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("ivig_cds_rules_info{"));
  EXPECT_THAT(text, Not(HasSubstr("order-a")));
  EXPECT_EQ(node.admin("/metrics").header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(Decisions, leave_a_node_that_is_about_to_stop_unready) {
  Node node(config_);
  EXPECT_EQ(node.admin("/readyz").status, 200U);
  node.begin_to_stop();
  EXPECT_EQ(node.admin("/readyz").status, 503U);
  EXPECT_EQ(node.admin("/readyz").body, "stopping\n");
  EXPECT_EQ(node.admin("/healthz").status, 200U);
}

TEST_F(Decisions, are_listed_shown_and_exported_from_the_command_line) {
  EXPECT_EQ(run("list").first, 2) << "there is no database yet";
  std::string card;
  {
    Node const node(config_);
    card = card_of(node, "order-a");
    card_of(node, "order-b");
    ASSERT_EQ(node.post(kFeedback, overridden(card)).status, 200U);
  }
  auto const exported = run("export");
  EXPECT_EQ(exported.first, 0);
  EXPECT_EQ(std::count(exported.second.begin(), exported.second.end(), '\n'), 2);
  auto const one = run("export --outcome overridden --format ndjson");
  auto const decision = parsed(one.second.substr(0, one.second.find('\n')));
  EXPECT_EQ(string_member(*base::object_member(decision->root(), "feedback"), "card"), card);
  std::string const id(string_member(decision->root(), "id"));
  EXPECT_THAT(run("list").second, HasSubstr(id));
  EXPECT_THAT(run("show " + id).second, HasSubstr(card));
  EXPECT_THAT(run("export --format csv --patient Patient/p1").second, HasSubstr(",tried,tried before,"));
  EXPECT_THAT(run("export --format fhir").second, HasSubstr("\"Provenance\""));
  EXPECT_THAT(run("rates").second, HasSubstr("100%"));
  EXPECT_EQ(run("show nonsense").first, 2);
  EXPECT_EQ(run("list --outcome ignored").first, 2);
}

}  // namespace
}  // namespace ivig::app
