// The reviewers' console over HTTP: who may see it, what it shows, and what is kept of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/uuid.h"
#include "tests/store/samples.h"
#include "tests/support/browser.h"
#include "tests/support/node.h"
#include "tests/support/temporary_folder.h"

namespace ivig::app {
namespace {

using test::Browser;
using test::coded;
using test::ivig_order;
using test::kIcd10Cm;
using test::Node;
using test::OrderRequest;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr char const* kViewerToken = "viewer-token-0123456789abcdef0123456789";
constexpr char const* kReviewerToken = "reviewer-token-0123456789abcdef012345678";

class ConsoleTest : public testing::Test {
 protected:
  ConsoleTest() {
    config_.target = (folder_.path() / "ivig.db").string();
    config_.key = folder_.path() / "ivig.key";
    config_.spool = folder_.path() / "spool";
    config_.wait = std::chrono::seconds(60);
    write_tokens(std::string("- {name: Vera Viewer, roles: [viewer], token: ") + kViewerToken +
                 "}\n- {name: Rita <b>Reviewer, roles: [stewards], sha256: " + base::sha256_hex(kReviewerToken) +
                 "}\n");
  }

  void write_tokens(std::string const& text) {
    auto const file = folder_.path() / "tokens.yaml";
    std::ofstream(file) << text;
    auto tokens = TokenFile::load(file, {{}, {"stewards"}});
    if (!tokens) throw std::runtime_error(tokens.error().where + " " + tokens.error().detail);
    tokens_.store(*std::move(tokens));
  }

  [[nodiscard]] ReviewAccess by_token() const {
    ReviewAccess access;
    access.auth = ReviewAuth::token;
    access.public_url = "https://cds.example.org";
    access.tokens = &tokens_;
    return access;
  }

  static Browser browser(Node const& node, std::string const& host = "localhost") {
    return Browser([&node](std::string const& request) { return node.call(request); }, host);
  }

  /// A browser that has signed in.
  static Browser signed_in(Node const& node, std::string const& token) {
    Browser browser = ConsoleTest::browser(node);
    auto const page = browser.get("/review/sign-in");
    auto const answer =
        browser.post("/review/sign-in", {{"csrf", Browser::csrf(page)}, {"token", token}, {"to", "/review?show=all"}});
    EXPECT_EQ(answer.status, 303U) << answer.body;
    EXPECT_EQ(answer.header("Location"), "/review?show=all");
    return browser;
  }

  /// Sends an order; the path of its page.
  static std::string order(Node const& node, std::string const& id = "order-a", std::string const& words = "") {
    OrderRequest const request{{ivig_order(id, coded(kIcd10Cm, "G72.41", words))}};
    auto const answer = node.post("/cds-services/ivig-order-sign", request.text());
    EXPECT_EQ(answer.status, 200U) << answer.body;
    auto const page = test::list(node.store()).decisions.front().record.id;
    return "/review/decisions/" + page;
  }

  test::TemporaryFolder folder_;
  StoreConfig config_;
  TokenFileSlot tokens_;
};

TEST_F(ConsoleTest, lists_orders_and_shows_one_with_all_that_was_said_about_it) {
  Node const node(config_);
  std::string const path = order(node);
  Browser browser = this->browser(node);
  auto const list = browser.get("/review");
  EXPECT_EQ(list.status, 200U);
  EXPECT_THAT(list.body, AllOf(HasSubstr(path), HasSubstr("not recommended"), HasSubstr("Inclusion body myositis")));
  auto const page = browser.get(path);
  EXPECT_EQ(page.status, 200U);
  for (char const* part :
       {"In short", "Dose against the regimen", "What each guideline says", "Safety", "What is missing",
        "What the record says", "Card as shown", "What the clinician did", "Determination", "<svg role=\"img\"",
        "MedicationRequest.reasonCode[0]", "/evidence/aanem-2023/ibm"}) {
    EXPECT_THAT(page.body, HasSubstr(part));
  }
  EXPECT_EQ(browser.get("/review/decisions/no-such-id").status, 404U);
  EXPECT_EQ(browser.get("/review/elsewhere").status, 404U);
}

TEST_F(ConsoleTest, filters_the_list_and_says_which_filter_it_does_not_understand) {
  Node const node(config_);
  std::string const path = order(node);
  Browser browser = this->browser(node);
  EXPECT_THAT(browser.get("/review?condition=inclusion-body-myositis&stance=not-recommended").body, HasSubstr(path));
  EXPECT_THAT(browser.get("/review?condition=none").body, Not(HasSubstr(path)));
  EXPECT_THAT(browser.get("/review?outcome=overridden").body, Not(HasSubstr(path)));
  EXPECT_THAT(browser.get("/review?from=&until=&service=ivig-order-sign&indicator=warning").body, HasSubstr(path));
  EXPECT_THAT(browser.get("/review?patient=Patient/p1").body, HasSubstr(path));
  EXPECT_THAT(browser.get("/review?from=yesterday").body, HasSubstr("role=\"alert\""));
}

TEST_F(ConsoleTest, keeps_a_determination_with_note_time_and_name) {
  Node const node(config_);
  std::string const path = order(node);
  Browser browser = this->browser(node);
  auto const page = browser.get(path);
  auto const kept = browser.post(path + "/determination", {{"csrf", Browser::csrf(page)},
                                                           {"verdict", "deny"},
                                                           {"note", "No <response> to the\nlast course"},
                                                           {"name", "Dr. O'Hara & son"}});
  EXPECT_EQ(kept.status, 303U);
  EXPECT_EQ(kept.header("Location"), path + "?done=determination");
  auto const after = browser.get(kept.header("Location"));
  EXPECT_THAT(after.body, AllOf(HasSubstr("denied"), HasSubstr("No &lt;response&gt; to the\nlast course"),
                                HasSubstr("Dr. O'Hara &amp; son"), HasSubstr("Your determination was kept.")));
  EXPECT_THAT(browser.get("/review").body, Not(HasSubstr(path))) << "it no longer waits";
  EXPECT_THAT(browser.get("/review?determination=deny").body, HasSubstr(path));
  EXPECT_THAT(browser.get("/review/api/decisions?determination=deny").body, HasSubstr("\"determination\":\"deny\""));
  std::string const id = path.substr(path.rfind('/') + 1);
  EXPECT_THAT(
      browser.get("/review/api/decisions/" + id).body,
      HasSubstr(R"("review":{"determinations":[{"verdict":"deny","note":"No <response> to the\nlast course","by":)"
                R"({"subject":"local","name":"Dr. O'Hara & son"},"time":")"));
  for (auto const& bad : {std::map<std::string, std::string>{{"verdict", "maybe"}, {"name", "x"}},
                          {{"verdict", "deny"}, {"name", ""}},
                          {{"verdict", "deny"}, {"name", "x"}, {"note", std::string(16001, 'x')}}}) {
    auto form = bad;
    form["csrf"] = Browser::csrf(page);
    EXPECT_EQ(browser.post(path + "/determination", form).status, 400U);
  }
  auto const none = browser.post("/review/decisions/none/determination",
                                 {{"csrf", Browser::csrf(page)}, {"verdict", "deny"}, {"name", "x"}});
  EXPECT_EQ(none.status, 404U);
}

TEST_F(ConsoleTest, shows_script_in_the_record_as_text) {
  config_.plain_references = true;
  Node const node(config_);
  std::string const path = order(node, "<script>alert(1)</script>", "<img src=x onerror=alert(2)>");
  Browser browser = this->browser(node);
  for (auto const& page : {browser.get(path), browser.get("/review")}) {
    EXPECT_EQ(page.status, 200U);
    EXPECT_THAT(page.body, AllOf(Not(HasSubstr("<script>alert")), Not(HasSubstr("<img"))));
  }
  EXPECT_THAT(browser.get(path).body, HasSubstr("&lt;img src=x onerror=alert(2)&gt;"));
}

TEST_F(ConsoleTest, lets_pages_load_nothing_but_its_own_style_and_script) {
  Node const node(config_);
  std::string const path = order(node);
  auto const page = browser(node).get(path);
  EXPECT_EQ(
      page.header("Content-Security-Policy"),
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
      "frame-ancestors 'none'");
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
  EXPECT_EQ(page.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.header("Access-Control-Allow-Origin"), "");
  EXPECT_THAT(page.body, AllOf(Not(HasSubstr(" style=")), Not(ContainsRegex("<script[^>]*>[^<]")),
                               Not(HasSubstr("<style")), Not(HasSubstr("onclick"))));
  EXPECT_EQ(browser(node).get("/review/console.css").header("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(browser(node).get("/review/console.js?x").header("Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(ConsoleTest, takes_no_form_that_its_own_page_did_not_make) {
  Node const node(config_);
  std::string const path = order(node);
  Browser victim = browser(node), other = browser(node);
  auto const page = victim.get(path);
  std::string const own = Browser::csrf(page), foreign = Browser::csrf(other.get(path));
  ASSERT_NE(own, foreign);
  auto const form = [](std::string const& csrf) {
    return std::map<std::string, std::string>{{"csrf", csrf}, {"verdict", "approve"}, {"name", "x"}};
  };
  std::string const target = path + "/determination";
  EXPECT_EQ(victim.post(target, form("")).status, 403U);
  EXPECT_EQ(victim.post(target, form(foreign)).status, 403U);
  EXPECT_EQ(victim.post(target, form(own), "Origin: https://evil.example.net\r\n").status, 403U);
  EXPECT_EQ(victim.post(target, form(own), "Sec-Fetch-Site: cross-site\r\n").status, 403U);
  EXPECT_EQ(victim.post(target, form(own), "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n").status, 303U);
  EXPECT_EQ(node.post(target, "{}").status, 415U);
  EXPECT_THAT(page.header("Set-Cookie"), AllOf(HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax")));
}

TEST_F(ConsoleTest, is_for_this_machine_only_without_sign_in) {
  Node const node(config_);
  std::string const path = order(node);
  EXPECT_EQ(browser(node, "evil.example.net").get("/review").status, 403U);
  EXPECT_EQ(node.get(path, "Host: localhost\r\nX-Forwarded-For: 10.0.0.1\r\n").status, 403U);
  config_.spool = folder_.path() / "spool-2";
  Node const other(config_, ReviewAccess{});
  EXPECT_EQ(browser(other).get("/review").status, 403U);
}

TEST_F(ConsoleTest, asks_for_sign_in_and_leads_back_to_where_one_wanted_to_go) {
  Node const node(config_, by_token());
  std::string const path = order(node);
  Browser browser = this->browser(node);
  auto const turned = browser.get(path);
  EXPECT_EQ(turned.status, 303U);
  EXPECT_EQ(turned.header("Location"), "/review/sign-in?to=" + web::url_escaped(path));
  auto const page = browser.get(turned.header("Location"));
  EXPECT_THAT(page.header("Set-Cookie"), AllOf(HasSubstr("__Host-ivig-review="), HasSubstr("Path=/;"),
                                               HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax"), HasSubstr("Secure")));
  std::map<std::string, std::string> form{{"csrf", Browser::csrf(page)}, {"to", path}, {"token", "a guess"}};
  EXPECT_EQ(browser.post("/review/sign-in", form).status, 403U);
  std::string const before = browser.jar["__Host-ivig-review"];
  form["token"] = kViewerToken;
  auto const signed_in = browser.post("/review/sign-in", form);
  EXPECT_EQ(signed_in.header("Location"), path);
  EXPECT_NE(browser.jar["__Host-ivig-review"], before) << "a session planted before sign-in must not become one";
  EXPECT_THAT(browser.get(path).body, HasSubstr("Vera Viewer"));
  for (char const* elsewhere : {"https://evil.example.net/", "//evil.example.net", "/review//evil", "/cds-services"}) {
    Browser fresh = this->browser(node);
    form["csrf"] = Browser::csrf(fresh.get("/review/sign-in"));
    form["to"] = elsewhere;
    EXPECT_EQ(fresh.post("/review/sign-in", form).header("Location"), "/review") << elsewhere;
  }
}

TEST_F(ConsoleTest, lets_a_viewer_look_and_a_reviewer_decide) {
  Node const node(config_, by_token());
  std::string const path = order(node);
  Browser viewer = signed_in(node, kViewerToken), reviewer = signed_in(node, kReviewerToken);
  auto const seen = viewer.get(path);
  EXPECT_THAT(seen.body, AllOf(HasSubstr("Determinations are for reviewers"), Not(HasSubstr("name=\"verdict\""))));
  std::map<std::string, std::string> form{{"csrf", Browser::csrf(seen)}, {"verdict", "approve"}, {"name", "Forged"}};
  EXPECT_EQ(viewer.post(path + "/determination", form).status, 403U);
  EXPECT_EQ(viewer.get("/review/audit").status, 403U);
  form["csrf"] = Browser::csrf(reviewer.get(path));
  EXPECT_EQ(reviewer.post(path + "/determination", form).status, 303U);
  EXPECT_THAT(reviewer.get(path).body,
              AllOf(HasSubstr("approved"), HasSubstr("Rita &lt;b&gt;Reviewer"), Not(HasSubstr("Forged"))));
}

TEST_F(ConsoleTest, records_every_view_and_shows_who_looked) {
  Node node(config_, by_token());
  std::string const path = order(node);
  Browser viewer = signed_in(node, kViewerToken), reviewer = signed_in(node, kReviewerToken);
  static_cast<void>(viewer.get("/review"));
  static_cast<void>(viewer.get(path));
  static_cast<void>(viewer.get("/review/api/decisions?format=csv"));
  static_cast<void>(viewer.get("/review/decisions/no-such-id"));
  EXPECT_THAT(reviewer.get(path).body, HasSubstr("Vera Viewer"));
  auto const views =
      test::ask<std::vector<store::ReviewView>>(node.store(), [](store::Reader& reader) { return reader.views(10); });
  std::vector<std::string> what;
  what.reserve(views.size());
  for (auto const& view : views) what.push_back(view.by.name + " " + view.what);
  EXPECT_THAT(what, testing::ElementsAre("Rita <b>Reviewer decision", "Vera Viewer export", "Vera Viewer decision",
                                         "Vera Viewer list"));
  EXPECT_THAT(reviewer.get("/review/audit").body, AllOf(HasSubstr("Vera Viewer"), HasSubstr("export")));
  std::string const log = node.log();
  EXPECT_THAT(log, AllOf(HasSubstr("review_view"), Not(HasSubstr("order-a")), Not(HasSubstr(kViewerToken))));
}

TEST_F(ConsoleTest, ends_a_session_at_sign_out_and_when_its_token_is_taken_away) {
  Node const node(config_, by_token());
  std::string const path = order(node);
  Browser browser = signed_in(node, kReviewerToken);
  Browser const copy = browser;
  auto const page = browser.get(path);
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(browser.post("/review/sign-out", {{"csrf", Browser::csrf(page)}}).status, 303U);
  EXPECT_TRUE(browser.jar.empty());
  Browser stolen = copy;
  EXPECT_EQ(stolen.get(path).status, 303U) << "the session has ended, whoever holds its cookie";
  Browser viewer = signed_in(node, kViewerToken);
  EXPECT_EQ(viewer.get(path).status, 200U);
  write_tokens("[]");
  EXPECT_EQ(viewer.get(path).status, 303U);
}

TEST_F(ConsoleTest, ends_a_session_after_its_time) {
  ReviewAccess access = by_token();
  access.session = std::chrono::seconds(-2);
  Node const node(config_, access);
  Browser browser = signed_in(node, kViewerToken);
  EXPECT_EQ(browser.get("/review").status, 303U);
}

TEST_F(ConsoleTest, gives_scripts_its_api_for_a_bearer_token) {
  Node const node(config_, by_token());
  order(node);
  auto const with = [&](std::string const& token) {
    return node.get("/review/api/decisions?format=ndjson",
                    "Host: cds.example.org\r\nAuthorization: Bearer " + token + "\r\n");
  };
  EXPECT_EQ(node.get("/review/api/decisions").status, 401U);
  EXPECT_EQ(node.get("/review/api/decisions").header("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(with("wrong").status, 401U);
  auto const file = with(kViewerToken);
  EXPECT_EQ(file.status, 200U);
  EXPECT_EQ(file.header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(file.header("Content-Disposition"), "attachment; filename=decisions.ndjson");
}

TEST_F(ConsoleTest, exports_a_page_as_csv_and_names_the_next_one) {
  Node const node(config_);
  order(node, "order-a");
  order(node, "order-b");
  auto const file = node.get("/review/api/decisions?format=csv&limit=1&row=aanem-2023/ibm");
  EXPECT_EQ(file.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(std::count(file.body.begin(), file.body.end(), '\n'), 2);
  EXPECT_THAT(file.header("Link"),
              AllOf(HasSubstr("row=aanem-2023%2Fibm"), HasSubstr("after="), HasSubstr("rel=\"next\"")));
  std::string const next = file.header("Link").substr(1, file.header("Link").find('>') - 1);
  EXPECT_EQ(node.get(next).header("Link"), "");
}

TEST_F(ConsoleTest, keeps_answers_with_who_gave_them_and_decides_again) {
  Node const node(config_, by_token());
  OrderRequest const request{{ivig_order("order-a", coded(kIcd10Cm, "G70.00"))}};
  ASSERT_EQ(node.post("/cds-services/ivig-order-sign", request.text()).status, 200U);
  std::string const path = "/review/decisions/" + test::list(node.store()).decisions.front().record.id;
  Browser reviewer = signed_in(node, kReviewerToken), viewer = signed_in(node, kViewerToken);
  auto const page = reviewer.get(path);
  std::string const mark = "name=\"answer.";
  auto const at = page.body.find(mark);
  ASSERT_NE(at, std::string::npos) << page.body;
  auto const from = at + mark.size();
  std::string const fact = page.body.substr(from, page.body.find('"', from) - from);
  EXPECT_THAT(viewer.get(path).body, Not(HasSubstr(mark)));
  std::map<std::string, std::string> form{
      {"csrf", Browser::csrf(page)}, {"answer." + fact, "yes"}, {"answer.nonsense", "yes"}};
  EXPECT_EQ(viewer.post(path + "/answers", form).status, 403U);
  EXPECT_EQ(reviewer.post(path + "/answers", form).header("Location"), path + "?done=answers");
  auto const after = reviewer.get(path + "?done=answers");
  EXPECT_THAT(after.body,
              AllOf(HasSubstr("With the answers"), HasSubstr("Answers given"), HasSubstr("answer to a question"),
                    HasSubstr("<strong>yes</strong>, Rita &lt;b&gt;Reviewer")));
  reviewer.post(path + "/answers", form);
  auto review = test::ask<store::DecisionReview>(
      node.store(), [&](store::Reader& reader) { return reader.review_of(path.substr(path.rfind('/') + 1)); });
  EXPECT_EQ(review.answers.size(), 1U) << "the same answer again is no news";
  form["answer." + fact] = "unknown";
  reviewer.post(path + "/answers", form);
  EXPECT_THAT(reviewer.get(path).body, Not(HasSubstr("With the answers")));
}

TEST_F(ConsoleTest, tries_an_order_without_keeping_it) {
  Node const node(config_);
  Browser browser = this->browser(node);
  auto const page = browser.get("/review/try");
  EXPECT_EQ(page.status, 200U);
  OrderRequest const request{{ivig_order("order-a", coded(kIcd10Cm, "G72.41"))}};
  std::map<std::string, std::string> form{{"csrf", Browser::csrf(page)}, {"case", request.text()}};
  auto const tried = browser.post("/review/try", form);
  EXPECT_EQ(tried.status, 200U) << tried.body;
  EXPECT_THAT(tried.body, AllOf(HasSubstr("Patient/p1"), HasSubstr("not recommended"), HasSubstr("What is missing")));
  EXPECT_THAT(test::list(node.store()).decisions, testing::IsEmpty());
  for (char const* text : {"", "not JSON", "[]", "{}", R"({"resourceType":"Patient"})"}) {
    form["case"] = text;
    EXPECT_EQ(browser.post("/review/try", form).status, 400U) << text;
  }
}

TEST_F(ConsoleTest, takes_answers_into_a_trial_as_a_questionnaire_response) {
  config_.kind = StoreKind::none;
  Node const node(config_);
  Browser browser = this->browser(node);
  EXPECT_EQ(browser.get("/review").header("Location"), "/review/try");
  EXPECT_EQ(browser.get("/review/audit").status, 404U);
  auto const page = browser.get("/review/try");
  for (char const* kind : {"request", "bundle"}) {
    std::string const order = ivig_order("order-a", coded(kIcd10Cm, "G70.00"));
    std::string const text =
        std::string(kind) == "request"
            ? OrderRequest{{order}}.text()
            : test::json(test::bundle({"{'resourceType':'Patient','id':'p1'}", order}, "collection"));
    std::map<std::string, std::string> form{{"csrf", Browser::csrf(page)}, {"case", text}};
    auto const first = browser.post("/review/try", form);
    std::string const mark = "name=\"answer.";
    auto const at = first.body.find(mark);
    ASSERT_NE(at, std::string::npos) << first.body;
    auto const from = at + mark.size();
    std::string const name = "answer." + first.body.substr(from, first.body.find('"', from) - from);
    form[name] = "yes";
    auto const second = browser.post("/review/try", form);
    EXPECT_THAT(second.body, AllOf(HasSubstr("answer to a question"), HasSubstr("QuestionnaireResponse/review-answers"),
                                   HasSubstr("&quot;valueBoolean&quot;:true")));
  }
}

TEST_F(ConsoleTest, shows_script_in_a_patients_name_as_text) {
  Node const node(config_);
  Browser browser = this->browser(node);
  std::string const csrf = Browser::csrf(browser.get("/review/try"));
  std::string const patient =
      "{'resourceType':'Patient','id':'p1','name':[{'given':['<script>alert(1)</script>'],'family':'<img src=x>'}],"
      "'birthDate':'1960-01-02'}";
  std::string const text =
      test::json(test::bundle({patient, ivig_order("a", coded(kIcd10Cm, "G72.41"))}, "collection"));
  auto const tried = browser.post("/review/try", {{"csrf", csrf}, {"case", text}});
  EXPECT_EQ(tried.status, 200U);
  EXPECT_THAT(tried.body, AllOf(HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x&gt;, born 1960-01-02"),
                                Not(HasSubstr("<script>alert")), Not(HasSubstr("<img"))));
}

TEST_F(ConsoleTest, draws_orders_over_time_overrides_and_doses) {
  Node const node(config_);
  std::string const path = order(node);
  auto const decision = test::list(node.store()).decisions.front().record;
  auto entry = test::sample_feedback("x", "overridden");
  entry.card = decision.cards.front().uuid;
  entry.client = decision.client;
  ASSERT_TRUE(test::keep_feedback(node.store(), {entry}));
  Browser browser = this->browser(node);
  auto const page = browser.get("/review/charts?months=3");
  EXPECT_EQ(page.status, 200U);
  EXPECT_THAT(page.body, AllOf(HasSubstr("not recommended: 1"), HasSubstr("100 %"), HasSubstr("aanem-2023/ibm"),
                               HasSubstr("aria-current=\"true\">3 months")));
  EXPECT_EQ(browser.get("/review/charts?months=1000").status, 200U);
}

TEST_F(ConsoleTest, refuses_a_token_file_that_would_let_in_more_than_it_says) {
  for (char const* text : {"- {name: A, roles: [viewer], token: short}", "- {name: A, roles: [cook], token: x}",
                           "- {roles: [viewer], token: 0123456789012345678901234567890123456789}",
                           "- {name: A, token: 0123456789012345678901234567890123456789}",
                           "- {name: A, roles: [viewer], sha256: abc}", "- {name: A, roles: [viewer]}", "- nonsense"}) {
    EXPECT_THROW(write_tokens(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace ivig::app
