// What one caller may cost, over HTTP: forms, feedback, tries to sign in, and a store that takes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "store/sql_session.h"
#include "tests/support/browser.h"
#include "tests/support/node.h"
#include "tests/support/temporary_folder.h"

namespace ivig::app {
namespace {

using test::Answer;
using test::Browser;
using test::coded;
using test::ivig_order;
using test::kIcd10Cm;
using test::Node;
using test::OrderRequest;
using testing::HasSubstr;
using testing::Not;

constexpr char const* kSign = "/cds-services/ivig-order-sign";
constexpr char const* kFeedback = "/cds-services/ivig-order-sign/feedback";
constexpr char const* kToken = "reviewer-token-0123456789abcdef012345678";

class CallLimits : public testing::Test {
 protected:
  CallLimits() {
    config_.target = (folder_.path() / "ivig.db").string();
    config_.key = folder_.path() / "ivig.key";
    config_.spool = folder_.path() / "spool";
    config_.wait = std::chrono::seconds(60);
    auto const file = folder_.path() / "tokens.yaml";
    std::ofstream(file) << "- {name: Rita, roles: [reviewer], token: " << kToken << "}\n";
    tokens_.store(TokenFile::load(file, {}).value());
    by_token_.auth = ReviewAuth::token;
    by_token_.public_url = "https://cds.example.org";
    by_token_.tokens = &tokens_;
  }

  static std::string order_text(std::string const& id) {
    return OrderRequest{{ivig_order(id, coded(kIcd10Cm, "G72.41"))}}.text();
  }
  static std::string card_of(Answer const& answer) {
    std::string const mark = "\"uuid\":\"";
    auto const at = answer.body.find(mark);
    return at == std::string::npos ? "" : answer.body.substr(at + mark.size(), 36);
  }
  static std::string feedback(std::string const& card, int count, int from = 0) {
    std::string text = R"({"feedback":[)";
    for (int i = 0; i < count; ++i) {
      std::string const second = std::to_string(100 + (from + i) % 60).substr(1);
      std::string const minute = std::to_string(100 + (from + i) / 60 % 60).substr(1);
      text += std::string(i == 0 ? "" : ",") + R"({"card":")" + card +
              R"(","outcome":"overridden","outcomeTimestamp":"2026-11-24T12:)" + minute + ":" + second + R"(Z"})";
    }
    return text + "]}";
  }
  static int count(std::string const& text, std::string const& part) {
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
  /// The head of a form, without its body.
  static std::string form_head(std::string const& path, std::size_t bytes, std::string const& more = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more +
           "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }

  test::TemporaryFolder folder_;
  StoreConfig config_;
  TokenFileSlot tokens_;
  ReviewAccess by_token_;
};

using ConsoleLimits = CallLimits;
using FeedbackLoad = CallLimits;
using StoreRequired = CallLimits;

TEST_F(ConsoleLimits, read_no_form_that_is_longer_than_any_of_theirs) {
  Node const node(config_, by_token_);
  // Nothing of the body is sent: who waits for it would never answer.
  auto const refused = node.call(form_head("/review/sign-in", 65537));
  EXPECT_EQ(refused.status, 413U);
  EXPECT_THAT(refused.body, HasSubstr("limits.form_bytes"));
}

TEST_F(ConsoleLimits, read_no_longer_form_from_a_reviewer_either) {
  Node const node(config_);
  EXPECT_EQ(node.call(form_head("/review/decisions/x/determination", 65537)).status, 413U);
}

TEST_F(ConsoleLimits, read_no_body_where_none_is_expected) {
  Node const node(config_, by_token_);
  for (char const* path : {"/review/sign-in", "/review/sign-in/callback"}) {
    EXPECT_EQ(node.get(path, "Host: localhost\r\nContent-Length: 16000000\r\n").status, 413U) << path;
  }
}

TEST_F(ConsoleLimits, slows_tries_to_sign_in_after_failures) {
  Node const node(config_, by_token_);
  Browser browser([&node](std::string const& request) { return node.call(request); });
  auto const csrf = Browser::csrf(browser.get("/review/sign-in"));
  Answer answer;
  int tries = 0;
  // The wait doubles with each try that a slow machine has let pass: it comes to more than any machine needs.
  for (; tries < 30 && answer.status != 429; ++tries) {
    answer = browser.post("/review/sign-in", {{"csrf", csrf}, {"token", "guess"}});
    EXPECT_TRUE(answer.status == 403 || answer.status == 429) << answer.status;
  }
  EXPECT_GT(tries, 5);
  EXPECT_EQ(answer.status, 429U);
  EXPECT_NE(answer.header("Retry-After"), "");
}

TEST_F(ConsoleLimits, slows_tries_of_bearer_tokens_and_says_so_in_json) {
  Node const node(config_, by_token_);
  Answer answer;
  for (int tries = 0; tries < 30 && answer.status != 429; ++tries) {
    answer = node.get("/review/api/decisions", "Host: localhost\r\nAuthorization: Bearer guess\r\n");
    EXPECT_TRUE(answer.status == 401 || answer.status == 429) << answer.status;
  }
  EXPECT_EQ(answer.status, 429U);
  EXPECT_THAT(answer.body, HasSubstr("OperationOutcome"));
}

TEST_F(ConsoleLimits, slow_nobody_who_signs_in) {
  Node const node(config_, by_token_);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(
        node.get("/review/api/decisions", "Host: localhost\r\nAuthorization: Bearer " + std::string(kToken) + "\r\n")
            .status,
        200U);
  }
}

TEST_F(ConsoleLimits, give_no_page_and_no_session_for_a_bearer_token) {
  Node const node(config_, by_token_);
  auto const page = node.get("/review", "Host: localhost\r\nAuthorization: Bearer " + std::string(kToken) + "\r\n");
  EXPECT_EQ(page.status, 303U);
  EXPECT_EQ(page.header("Set-Cookie"), "");
  auto const api =
      node.get("/review/api/decisions", "Host: localhost\r\nAuthorization: Bearer " + std::string(kToken) + "\r\n");
  EXPECT_EQ(api.status, 200U);
  EXPECT_EQ(api.header("Set-Cookie"), "");
}

TEST_F(ConsoleLimits, say_what_is_wrong_in_json_to_callers_of_the_api) {
  ReviewAccess closed;
  closed.public_url = "https://cds.example.org";
  Node const node(config_, closed);
  auto const refused = node.get("/review/api/decisions");
  EXPECT_EQ(refused.status, 403U);
  EXPECT_THAT(refused.body, HasSubstr("OperationOutcome"));
  auto const method = node.post("/review/api/decisions", "{}");
  EXPECT_EQ(method.status, 405U);
  EXPECT_EQ(method.header("Content-Type"), "application/json");
  EXPECT_THAT(method.header("Allow"), HasSubstr("GET"));
}

TEST_F(ConsoleLimits, take_dates_before_1970) {
  Node const node(config_);
  EXPECT_EQ(node.post(kSign, order_text("order-a")).status, 200U);
  for (char const* from : {"from=1969-12-31", "from=1901-01-01T00:00:00Z", "from=999999d"}) {
    auto const found = node.get(std::string("/review/api/decisions?") + from);
    EXPECT_EQ(found.status, 200U) << from;
    EXPECT_THAT(found.body, HasSubstr("\"order\"")) << from;
  }
  auto const none = node.get("/review/api/decisions?until=1969-12-31");
  EXPECT_EQ(none.status, 200U);
  EXPECT_THAT(none.body, Not(HasSubstr("\"order\"")));
}

TEST_F(FeedbackLoad, is_bounded_by_bytes_before_it_is_read_and_by_entries) {
  Node const node(config_);
  auto const longer = node.call("POST " + std::string(kFeedback) +
                                " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                                "1048577\r\n\r\n");
  EXPECT_EQ(longer.status, 413U);
  EXPECT_THAT(longer.body, HasSubstr("limits.feedback_bytes"));
  auto const more = node.post(kFeedback, feedback("x", 1001));
  EXPECT_EQ(more.status, 413U);
  EXPECT_THAT(more.body, testing::AllOf(HasSubstr("OperationOutcome"), HasSubstr("limits.feedback_entries")));
}

TEST_F(FeedbackLoad, writes_one_line_a_call_however_many_entries_are_bad) {
  Node node(config_);
  std::string bad = "7";
  for (int i = 1; i < 1000; ++i) bad += ",7";
  EXPECT_EQ(node.post(kFeedback, R"({"feedback":[)" + bad.substr(2) + R"(,{"card":"x","outcome":"overridden",)" +
                                     R"("outcomeTimestamp":"2026-11-24T12:00:00Z"}]})")
                .status,
            200U);
  std::string const log = node.log();
  auto const at = log.find("feedback_rejected");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(log.find("feedback_rejected", at + 1), std::string::npos);
  EXPECT_THAT(log, HasSubstr("\"entries\":999"));
}

TEST_F(FeedbackLoad, on_one_card_is_shown_in_pages) {
  Node const node(config_);
  auto const card = card_of(node.post(kSign, order_text("order-a")));
  EXPECT_EQ(node.post(kFeedback, feedback(card, 1000)).status, 200U);
  EXPECT_EQ(node.post(kFeedback, feedback(card, 50, 1000)).status, 200U);
  auto const list = node.get("/review/api/decisions").body;
  EXPECT_THAT(list, HasSubstr("\"feedbackCount\":1050"));
  EXPECT_EQ(count(list, "\"outcomeTimestamp\""), 20);
  auto const at = list.find("\"id\":\"") + 6;
  std::string const id = list.substr(at, 36);
  auto const page = node.get("/review/api/decisions/" + id + "?feedback-page=53").body;
  EXPECT_EQ(count(page, "\"outcomeTimestamp\""), 10) << "the oldest";
  EXPECT_THAT(page, HasSubstr("2026-11-24T12:00:00.000Z"));
  EXPECT_EQ(node.get("/review/api/decisions/" + id + "?feedback-page=0").status, 400U);
  auto const html = node.get("/review/decisions/" + id).body;
  EXPECT_THAT(html, testing::AllOf(HasSubstr("1050 answers, page 1 of 53"), HasSubstr("?feedback=2#clinician")));
  auto const second = node.get("/review/decisions/" + id + "?feedback=2").body;
  EXPECT_THAT(second, testing::AllOf(HasSubstr("page 2 of 53"), HasSubstr("Newer"), HasSubstr("Older")));
}

/// Neither the database nor the spool takes a record: another program holds the one, the other is as good as full.
class NoPlace {
 public:
  explicit NoPlace(std::string const& file)
      : session_(
            store::SqlSession::open({store::SqlTarget::Kind::sqlite, file}, store::SqlSession::Use::write).value()) {
    session_->sql() << "BEGIN EXCLUSIVE";
  }

 private:
  std::unique_ptr<store::SqlSession> session_;
};

TEST_F(StoreRequired, answers_503_rather_than_without_a_record) {
  config_.spool_bytes = 1;
  config_.wait = std::chrono::milliseconds(50);
  Node const node(config_, Node::local_access(), [](RouteSettings& settings) { settings.store_required = true; });
  NoPlace const held(config_.target);
  auto const refused = node.post(kSign, order_text("order-b"));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_THAT(refused.body, testing::AllOf(HasSubstr("OperationOutcome"), HasSubstr("store_required")));
}

TEST_F(StoreRequired, is_off_unless_a_site_wants_it_and_the_card_goes_out) {
  config_.spool_bytes = 1;
  config_.wait = std::chrono::milliseconds(50);
  Node const node(config_);
  NoPlace const held(config_.target);
  auto const answered = node.post(kSign, order_text("order-a"));
  EXPECT_EQ(answered.status, 200U);
  EXPECT_THAT(answered.body, HasSubstr("\"uuid\""));
  EXPECT_THAT(node.admin("/metrics").body,
              testing::AllOf(HasSubstr("ivig_cds_store_records_total{result=\"unsaved\"} 1\n"),
                             HasSubstr("ivig_cds_store_records_total{result=\"lost\"} 0\n")));
}

}  // namespace
}  // namespace ivig::app
