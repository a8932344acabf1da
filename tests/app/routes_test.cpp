// The service listener over HTTP, on a port of the system's choosing.
#include "app/routes.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "hooks/services.h"
#include "server/server.h"
#include "tests/support/no_decisions.h"
#include "tests/support/order_answers.h"
#include "tests/support/test_client.h"
#include "tests/support/test_gate.h"

namespace ivig::app {
namespace {

using test::Answer;
using test::coded;
using test::ivig_order;
using test::kIcd10Cm;
using test::OrderRequest;
using test::TestClient;

constexpr char const* kSign = "/cds-services/ivig-order-sign";
constexpr char const* kFeedback = "/cds-services/ivig-order-sign/feedback";
constexpr char const* kOrigin = "https://sandbox.example.org";

/// A running server with the rule set of this tree.
class Service {
 public:
  explicit Service(RouteSettings settings = open_settings(), server::Limits limits = {},
                   std::string const& access = "auth: off")
      : settings_(std::move(settings)),
        log_(server::LogLevel::trace, server::LogFormat::json, lines_),
        gate_(access, "ivig-cds.yaml", log_) {
    slot_.store(test::tree_knowledge());
    limits.body_bytes = settings_.body_bytes;
    server_ = std::make_unique<server::Server>(limits, 1, log_);
    auto handler = std::make_shared<server::Handler const>(
        service_handler(slot_, settings_, {gate_.gate(), client_, decisions_.log()}));
    auto bound = server_->start({{server::ListenAddress{false, "127.0.0.1", 0}, handler}});
    if (!bound) throw std::runtime_error(bound.error().detail);
    port_ = bound->front().port;
  }

  static RouteSettings open_settings() {
    RouteSettings settings;
    settings.public_url = "https://cds.example.org";
    settings.cors_origins = {kOrigin};
    return settings;
  }

  [[nodiscard]] TestClient client() const { return TestClient(port_); }

  /// One call on a connection of its own; `headers` are whole lines "Name: value\r\n".
  [[nodiscard]] Answer call(std::string const& method, std::string const& target, std::string const& headers = "",
                            std::string const& body = "") const {
    TestClient client(port_);
    std::string request = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
    if (method == "POST" || !body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(request + "\r\n" + body);
    return client.read_answer(method == "HEAD");
  }
  [[nodiscard]] Answer post(std::string const& body, std::string const& headers = "Content-Type: application/json\r\n",
                            std::string const& target = kSign) const {
    return call("POST", target, headers, body);
  }
  [[nodiscard]] Answer get(std::string const& target, std::string const& accept = "") const {
    return call("GET", target, accept.empty() ? "" : "Accept: " + accept + "\r\n");
  }

  /// Everything that was logged; stops the server first.
  std::string log() {
    server_->stop();
    return lines_.str();
  }

 private:
  RouteSettings settings_;
  fhir::RestClient client_{nullptr};
  KnowledgeSlot slot_;
  std::ostringstream lines_;
  server::Log log_;
  test::TestGate gate_;
  test::NoDecisions decisions_{log_};
  std::unique_ptr<server::Server> server_;
  std::uint16_t port_ = 0;
};

std::string ibm_request() { return OrderRequest{{ivig_order("a", coded(kIcd10Cm, "G72.41"))}}.text(); }

/// An IVIG order without reason, and no conditions.
std::string without_data() {
  OrderRequest request{{ivig_order("a")}};
  request.prefetch = {{"conditions", ""}};
  return request.text();
}

/// The one issue of an OperationOutcome as "code expression"; or what is wrong with the body. REQ HTTP-03, HTTP-22
std::string issue(Answer const& answer) {
  if (!answer.header("Content-Type").starts_with("application/json")) return "type " + answer.header("Content-Type");
  auto body = base::JsonBody::parse(answer.body, {});
  if (!body) return "no JSON: " + answer.body;
  base::Json const& root = (*body)->root();
  if (base::string_member(root, "resourceType") != "OperationOutcome") return "no OperationOutcome: " + answer.body;
  std::string found;
  base::each(root, "issue", [&](base::Json const& item, std::size_t) {
    if (base::string_member(item, "severity") != "error") found += "severity? ";
    if (base::string_member(item, "diagnostics").empty()) found += "diagnostics? ";
    found += base::string_member(item, "code");
    base::each(item, "expression",
               [&](base::Json const& place, std::size_t) { found += " " + std::string(base::as_string(place)); });
  });
  return found;
}

TEST(Routes, HTTP_01_03_12_an_order_is_answered_with_cards) {
  Service const service;
  Answer const answer = service.post(ibm_request());
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.header("Content-Type").starts_with("application/json"));
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.body.front(), '{');
  EXPECT_EQ(test::card_faults(answer.body, {false, false, {"MedicationRequest/a"}, {}}), "") << answer.body;
  EXPECT_NE(answer.body.find(R"("indicator":"warning")"), std::string::npos);
}

TEST(Routes, DISC_01_02_13_14_discovery_is_open_and_forgiving) {
  Service const service(Service::open_settings(), {}, "auth: required");
  Answer const plain = service.get("/cds-services");
  EXPECT_EQ(plain.status, 200U);
  EXPECT_TRUE(plain.header("Content-Type").starts_with("application/json"));
  EXPECT_EQ(plain.body, hooks::discovery_json());
  for (char const* target : {"/cds-services/", "/cds-services?x=1", "//cds-services", "/cds-services//"})
    EXPECT_EQ(service.get(target).body, plain.body) << target;
  EXPECT_EQ(service.call("HEAD", "/cds-services").status, 200U);
}

TEST(Routes, DISC_10_12_every_offered_service_answers_its_hook) {
  Service const service;
  OrderRequest request{{ivig_order("a", coded(kIcd10Cm, "G72.41"))}};
  for (auto const& offered : hooks::kServices) {
    if (offered.hook == "order-select") request.selections = {"MedicationRequest/a"};
    else request.selections.reset();
    for (std::string const prefix : {"/cds-services/", "/cds-services//"}) {
      Answer const answer = service.post(request.text(), "", prefix + std::string(offered.id));
      EXPECT_EQ(answer.status, 200U) << offered.id;
      EXPECT_NE(answer.body.find("\"warning\""), std::string::npos) << offered.id;
    }
  }
}

TEST(Routes, HTTP_04_content_types) {
  Service const service;
  for (char const* type : {"application/json", "Application/JSON; charset=UTF-8", "application/json;charset=utf-8",
                           "application/fhir+json"})
    EXPECT_EQ(service.post(ibm_request(), "Content-Type: " + std::string(type) + "\r\n").status, 200U) << type;
  EXPECT_EQ(service.post(ibm_request(), "").status, 200U) << "absent";
  for (char const* type : {"text/xml", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"}) {
    Answer const answer = service.post(ibm_request(), "Content-Type: " + std::string(type) + "\r\n");
    EXPECT_EQ(answer.status, 415U) << type;
    EXPECT_EQ(issue(answer), "not-supported Content-Type") << type;
  }
}

TEST(Routes, HTTP_05_accept) {
  Service const service;
  for (char const* accept : {"*/*", "application/json", "application/json, text/plain, */*", "application/*",
                             "text/html, application/json;q=0.5"})
    EXPECT_EQ(service.post(ibm_request(), "Accept: " + std::string(accept) + "\r\n").status, 200U) << accept;
  for (char const* accept : {"text/html", "application/json;q=0", "application/xml"}) {
    Answer const answer = service.post(ibm_request(), "Accept: " + std::string(accept) + "\r\n");
    EXPECT_EQ(answer.status, 406U) << accept;
    EXPECT_EQ(issue(answer), "not-supported Accept") << accept;
    EXPECT_EQ(service.get("/cds-services", accept).status, 406U) << accept;
  }
}

TEST(Routes, HTTP_08_chunked_bodies_expect_continue_and_keep_alive) {
  Service const service;
  std::string const body = ibm_request();
  std::ostringstream chunks;
  for (std::size_t at = 0; at < body.size(); at += 1000) {
    std::string const chunk = body.substr(at, 1000);
    chunks << std::hex << chunk.size() << "\r\n" << chunk << "\r\n";
  }
  TestClient client = service.client();
  std::string const head = "POST " + std::string(kSign) + " HTTP/1.1\r\nHost: localhost\r\n";
  EXPECT_EQ(client.call(head + "Transfer-Encoding: chunked\r\n\r\n" + chunks.str() + "0\r\n\r\n").status, 200U);
  client.send(head + "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100U);
  client.send(body);
  EXPECT_EQ(client.read_answer().status, 200U);
}

TEST(Routes, HTTP_06_22_every_error_names_its_field_in_an_OperationOutcome) {
  Service const service;
  std::string const good = ibm_request();
  auto without = [&](std::string const& from, std::string const& to) {
    std::string text = good;
    return text.replace(text.find(test::json(from)), from.size(), test::json(to));
  };
  struct Case {
    std::string body;
    unsigned status;
    char const* issue;
  };
  for (Case const& c : std::vector<Case>{
           {"", 400, "structure body"},
           {"{", 400, "structure body"},
           {"not json", 400, "structure body"},
           {good + "x", 400, "structure body"},
           {"\xEF\xBB\xBF" + good, 400, "structure body"},
           {std::string("{\"a\":\"\xC3\x28\"}"), 400, "structure body"},
           {"[]", 400, "structure"},
           {"{}", 400, "required hook"},
           {without("'hook':'order-sign'", "'hook':'patient-view'"), 400, "value hook"},
           {without("'hook':'order-sign'", "'hook':7"), 400, "structure hook"},
           {without("'hookInstance':", "'instance':"), 400, "required hookInstance"},
           {without("'userId':", "'user':"), 400, "required context.userId"},
           {without("'Practitioner/dr-1'", "'dr-1'"), 400, "value context.userId"},
           {without("'patientId':", "'patient':"), 400, "required context.patientId"},
           {without("'draftOrders':", "'orders':"), 400, "required context.draftOrders"},
           {without("'prefetch':{", "'prefetch':[],'x':{"), 400, "structure prefetch"},
           {"{\"x\":" + std::string(200, '[') + std::string(200, ']') + "}", 400, "too-long body"},
           {without_data(), 412, "processing prefetch.conditions"},
       }) {
    Answer const answer = service.post(c.body);
    EXPECT_EQ(answer.status, c.status) << c.body.substr(0, 200);
    EXPECT_EQ(issue(answer), c.issue) << c.body.substr(0, 200);
    EXPECT_EQ(answer.body.find("cards"), std::string::npos) << "HTTP-23: " << answer.body;
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  }
}

TEST(Routes, HTTP_06_unknown_paths_are_not_found) {
  Service const service;
  for (char const* target : {"/", "/cds-services/none", "/cds-services/ivig-order-sign/x", "/cds-service",
                             "/evidence/none/none", "/evidence/aanem-2023/", "/healthz", "/metrics", "/review/audit",
                             "/cds-services/ivig-order-sign/feedback", "/cds-services/..%2f", "/evidence/../rules"}) {
    for (char const* method : {"GET", "POST"}) {
      Answer const answer = service.call(method, target);
      bool page = std::string(target).starts_with("/evidence/") && std::string(method) == "POST";
      EXPECT_EQ(answer.status, page ? 405U : 404U) << method << " " << target;
      EXPECT_EQ(page ? "not-found" : issue(answer), "not-found") << target;
    }
  }
}

TEST(Routes, HTTP_06_the_wrong_method_is_told_the_right_ones) {
  Service const service;
  for (char const* method : {"GET", "PUT", "DELETE", "PATCH", "HEAD"}) {
    Answer const answer = service.call(method, kSign);
    EXPECT_EQ(answer.status, 405U) << method;
    EXPECT_EQ(answer.header("Allow"), "POST, OPTIONS") << method;
    EXPECT_EQ(answer.body, "") << method;
  }
  for (char const* target : {"/cds-services", "/evidence/aanem-2023/ibm"}) {
    Answer const answer = service.post("{}", "Content-Type: application/json\r\n", target);
    EXPECT_EQ(answer.status, 405U) << target;
    EXPECT_EQ(answer.header("Allow"), "GET, HEAD, OPTIONS") << target;
  }
}

TEST(Routes, HTTP_09_a_body_over_the_limit_is_refused_unread) {
  RouteSettings settings = Service::open_settings();
  settings.body_bytes = 20000;
  Service const service(settings);
  std::string fits = ibm_request();
  ASSERT_LT(fits.size(), settings.body_bytes);
  fits += std::string(settings.body_bytes - fits.size(), ' ');
  EXPECT_EQ(service.post(fits).status, 200U);
  Answer const answer = service.post(fits + " ");
  EXPECT_EQ(answer.status, 413U);
  EXPECT_EQ(issue(answer), "too-long");
}

TEST(Routes, HTTP_09_a_large_chart_is_read) {
  Service const service;
  std::vector<std::string> many;
  many.reserve(2000);
  for (int i = 0; i < 2000; ++i)
    many.push_back(
        test::observation("o" + std::to_string(i), "2160-0", "Creatinine " + std::string(4000, 'x'), "0.8", "mg/dL"));
  OrderRequest request{{ivig_order("a", coded(kIcd10Cm, "G72.41"))}};
  request.prefetch = {{"observations", test::bundle(many)}};
  std::string const body = request.text();
  ASSERT_GT(body.size(), 8U * 1024 * 1024);
  EXPECT_EQ(service.post(body).status, 200U);
}

TEST(Routes, AUTH_05_06_refusals_say_nothing_and_come_before_the_body_is_looked_at) {
  Service const service(Service::open_settings(), {}, "auth: required");
  std::set<std::string> bodies;
  for (auto const& body : {ibm_request(), std::string("{"), std::string()}) {
    for (char const* headers : {"Content-Type: application/json\r\n", "Content-Type: text/xml\r\n",
                                "Authorization: Bearer x.y.z\r\n", "Authorization: Basic eDp5\r\n"}) {
      Answer const answer = service.post(body, headers);
      EXPECT_EQ(answer.status, 401U);
      EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
      bodies.insert(answer.body);
    }
  }
  EXPECT_EQ(bodies, std::set<std::string>{""});
}

TEST(Routes, AUTH_07_a_service_that_the_client_may_not_call_is_forbidden) {
  Service const service(Service::open_settings(), {},
                        "auth: optional\nclients:\n  - name: nobody\n    services: [ivig-order-select]\n");
  Answer const answer = service.post(ibm_request());
  EXPECT_EQ(answer.status, 403U);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(service.post("{", "", "/cds-services/ivig-order-select").status, 400U);
}

TEST(Routes, CORS_02_05_preflights_need_no_token) {
  Service const service(Service::open_settings(), {}, "auth: required");
  // Feedback is not offered here: only an answered preflight lets a page see the 404 that follows.
  for (char const* target : {"/cds-services", kSign, kFeedback, "/evidence/aanem-2023/ibm", "/openapi.json"}) {
    Answer const answer = service.call("OPTIONS", target,
                                       "Origin: " + std::string(kOrigin) +
                                           "\r\nAccess-Control-Request-Method: POST\r\n"
                                           "Access-Control-Request-Headers: authorization,content-type\r\n");
    EXPECT_EQ(answer.status / 100, 2U) << target;
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), kOrigin) << target;
    EXPECT_EQ(answer.header("Access-Control-Allow-Methods"), "GET, POST, OPTIONS") << target;
    EXPECT_EQ(answer.header("Access-Control-Allow-Headers"), "authorization, content-type, accept") << target;
    EXPECT_NE(answer.header("Access-Control-Max-Age"), "") << target;
    EXPECT_EQ(answer.header("Access-Control-Allow-Credentials"), "") << target;
    EXPECT_EQ(answer.body, "") << target;
  }
}

TEST(Routes, CORS_03_04_errors_carry_the_origin_and_unlisted_origins_get_nothing) {
  Service const service;
  std::string const listed = "Origin: " + std::string(kOrigin) + "\r\n";
  for (Answer const& answer :
       {service.post(ibm_request(), listed), service.post(without_data(), listed), service.post("{", listed),
        service.post("{}", listed + "Content-Type: text/xml\r\n"), service.call("GET", "/none", listed),
        service.call("PUT", kSign, listed), service.call("GET", "/evidence/aanem-2023/ibm", listed)}) {
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), kOrigin) << answer.status;
    EXPECT_EQ(answer.header("Access-Control-Allow-Credentials"), "") << answer.status;
  }
  for (char const* origin :
       {"https://evil.example", "https://sandbox.example.org.evil.example", "null", "http://sandbox.example.org"}) {
    Answer const answer = service.post(ibm_request(), "Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(answer.header("Vary"), "Origin") << origin;
  }
}

TEST(Routes, evidence_pages_are_negotiated) {
  Service const service;
  std::string const page = "/evidence/aanem-2023/ibm";
  for (char const* accept : {"", "text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"}) {
    Answer const answer = service.get(page, accept);
    EXPECT_EQ(answer.status, 200U) << accept;
    EXPECT_TRUE(answer.header("Content-Type").starts_with("text/html")) << accept;
    EXPECT_NE(answer.header("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_NE(answer.body.find("Inclusion body myositis"), std::string::npos);
  }
  for (char const* accept : {"application/json", "text/html;q=0.5, application/json"}) {
    Answer const answer = service.get(page, accept);
    EXPECT_TRUE(answer.header("Content-Type").starts_with("application/json")) << accept;
    EXPECT_TRUE(base::JsonBody::parse(answer.body, {})) << accept;
  }
  EXPECT_EQ(service.get(page, "image/png").status, 406U);
  EXPECT_EQ(service.call("HEAD", page).status, 200U);
}

TEST(Routes, the_index_of_the_evidence_is_negotiated_and_searched) {
  Service const service;
  Answer const page = service.get("/evidence", "text/html");
  EXPECT_EQ(page.status, 200U);
  EXPECT_NE(page.header("Content-Security-Policy").find("form-action 'self'"), std::string::npos);
  EXPECT_NE(page.body.find("href=\"evidence/aanem-2023/ibm\""), std::string::npos);
  Answer const found = service.get("/evidence?q=motor+neuropathy", "application/json");
  EXPECT_TRUE(found.header("Content-Type").starts_with("application/json"));
  EXPECT_NE(found.body.find("aanem-2023/mmn"), std::string::npos) << found.body;
  EXPECT_EQ(found.body.find("aanem-2023/ibm"), std::string::npos) << found.body;
}

TEST(Routes, LINK_the_evidence_links_of_cards_lead_to_pages) {
  Service const service;
  auto body = base::JsonBody::parse(service.post(ibm_request()).body, {});
  ASSERT_TRUE(body);
  std::size_t links = 0;
  base::each((*body)->root(), "cards", [&](base::Json const& card, std::size_t) {
    base::each(card, "links", [&](base::Json const& link, std::size_t) {
      std::string const url(base::string_member(link, "url"));
      ASSERT_TRUE(url.starts_with("https://cds.example.org/"));
      EXPECT_EQ(service.get(url.substr(std::string("https://cds.example.org").size())).status, 200U) << url;
      ++links;
    });
  });
  EXPECT_GE(links, 1U);
}

TEST(Routes, LOG_02_no_patient_data_in_errors_and_log_lines) {
  Service service;
  std::string const secret = "Zebrafinch-Marker";
  std::string const order = ivig_order(secret, test::words(secret), "'note':[{'text':'" + secret + "'}]");
  OrderRequest request{{order}};
  request.prefetch = {{"conditions", ""}};
  request.more =
      "'fhirServer':'https://" + secret + "/','fhirAuthorization':{'access_token':'" + secret + "','expires_in':9}";
  std::string const good = request.text();
  auto changed = [&](std::string const& from, std::string const& to) {
    std::string text = good;
    return text.replace(text.find(test::json(from)), from.size(), test::json(to));
  };
  std::vector<std::string> const bodies{good,
                                        good.substr(0, good.size() / 2),
                                        changed("'order-sign'", "'" + secret + "'"),
                                        changed("'Practitioner/dr-1'", "'" + secret + "'"),
                                        changed("'patientId':'p1'", "'patientId':'Encounter/" + secret + "'"),
                                        changed("'prefetch':{", "'prefetch':'" + secret + "','x':{"),
                                        secret};
  for (auto const& body : bodies) {
    Answer const answer = service.post(body, "X-Note: " + secret + "\r\nContent-Type: application/json\r\n",
                                       std::string(kSign) + "?patient=" + secret);
    EXPECT_GE(answer.status, 400U) << body.substr(0, 120);
    for (char const* marker : {secret.c_str(), "Quillfeather", "Marmaduke", "MRN-7741903", "dr-1"})
      EXPECT_EQ(answer.body.find(marker), std::string::npos) << marker << " in " << answer.body;
  }
  (void)service.get("/cds-services/" + secret);
  (void)service.get("/evidence/" + secret + "/" + secret);
  (void)service.call(secret, "/" + secret);
  EXPECT_EQ(service.post(ibm_request()).status, 200U);
  std::string const log = service.log();
  EXPECT_NE(log.find("\"event\":\"access\""), std::string::npos);
  for (char const* marker : {secret.c_str(), "Quillfeather", "Marmaduke", "MRN-7741903", "dr-1", "Privigen", "G72.41"})
    EXPECT_EQ(log.find(marker), std::string::npos) << marker << " in " << log;
}

}  // namespace
}  // namespace ivig::app
