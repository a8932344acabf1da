// Fetching as the server does it: calls over HTTP on one worker thread, with an EHR that answers, hangs, or is not
// there.
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "app/routes.h"
#include "server/server.h"
#include "tests/support/fetching_service.h"
#include "tests/support/no_decisions.h"
#include "tests/support/test_client.h"
#include "tests/support/test_gate.h"

namespace ivig::app {
namespace {

using test::access;
using test::Answer;
using test::FhirServer;
using test::ivig_order;
using test::OrderRequest;
using test::TestClient;
using test::without_prefetch;

std::string ibm() { return test::coded(test::kIcd10Cm, "G72.41"); }

struct RoutesFetch : testing::Test {
  FhirServer ehr;
  fhir::RestClient client{nullptr};
  RouteSettings settings;
  KnowledgeSlot slot;
  std::ostringstream lines;
  server::Log log{server::LogLevel::trace, server::LogFormat::json, lines};
  test::NoDecisions decisions{log};
  std::unique_ptr<test::TestGate> gate;
  std::unique_ptr<server::Server> server;
  std::uint16_t port = 0;

  void SetUp() override {
    slot.store(test::tree_knowledge());
    ehr.put(test::patient());
    ehr.put(test::condition("c1", ibm()));
    serve("60");  // time enough on a busy machine
  }

  /// With that much time for the fetches of a call.
  void serve(std::string const& fhir_seconds) {
    server.reset();
    gate = std::make_unique<test::TestGate>("auth: optional\nlimits: {fhir_seconds: " + fhir_seconds +
                                                "}\nclients: [{name: anyone, fhir_servers: ['" + ehr.base() + "']}]",
                                            "ivig-cds.yaml", log);
    settings.public_url = "https://cds.example.org";
    server::Limits const limits;
    server = std::make_unique<server::Server>(limits, 1, log);
    auto handler = std::make_shared<server::Handler const>(
        service_handler(slot, settings, {gate->gate(), client, decisions.log()}));
    auto bound = server->start({{server::ListenAddress{false, "127.0.0.1", 0}, handler}});
    ASSERT_TRUE(bound);
    port = bound->front().port;
  }

  static void post(TestClient& to, OrderRequest const& request) {
    std::string const body = request.text();
    to.send(
        "POST /cds-services/ivig-order-sign HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  Answer answer(OrderRequest const& request) {
    TestClient to(port);
    post(to, request);
    return to.read_answer();
  }
};

TEST_F(RoutesFetch, FHIR_01_a_call_without_prefetch_gets_its_cards) {
  Answer const got = answer(without_prefetch(ivig_order("a"), access(ehr.base(), "secret-token")));
  EXPECT_EQ(got.status, 200U);
  EXPECT_NE(got.body.find("inclusion body myositis"), std::string::npos) << got.body;
  EXPECT_EQ(ehr.log().size(), 7U);
  server->stop();
  EXPECT_EQ(lines.str().find("secret-token"), std::string::npos) << "FHIR-04, JWT-21";
}

TEST_F(RoutesFetch, FHIR_11_a_hanging_server_holds_up_nobody_else) {
  for (char const* type : {"Condition", "Patient", "Observation"})
    ehr.misbehave(type, {test::Misbehaviour::Kind::hang});
  std::vector<std::unique_ptr<TestClient>> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<TestClient>(port));
    post(*waiting.back(), without_prefetch(ivig_order("a"), access(ehr.base())));
  }
  ASSERT_TRUE(ehr.has_been_asked(8 * 7));
  // The only worker has eight calls in flight; one that lacks nothing is answered all the same.
  OrderRequest complete{{ivig_order("b", ibm())}};
  complete.more = access(ehr.base());
  EXPECT_EQ(answer(complete).status, 200U);
  ehr.stop();  // the queries fail, and with them the calls that wait
  for (auto const& one : waiting) {
    Answer const late = one->read_answer();
    EXPECT_EQ(late.status, 412U);
    EXPECT_NE(late.body.find("OperationOutcome"), std::string::npos);
  }
}

TEST_F(RoutesFetch, FHIR_11_a_hanging_server_costs_a_call_its_deadline_and_is_counted) {
  ehr.misbehave("Condition", {test::Misbehaviour::Kind::hang});
  serve("0.3");
  Answer const late = answer(without_prefetch(ivig_order("a"), access(ehr.base())));
  EXPECT_EQ(late.status, 412U);
  EXPECT_NE(late.body.find("OperationOutcome"), std::string::npos);
  EXPECT_NE(decisions.log().metrics().text().find(R"(result="timeout"})"), std::string::npos);
}

TEST_F(RoutesFetch, HTTP_20_a_dead_server_is_412_where_conditions_are_needed_and_200_elsewhere) {
  std::string const base = ehr.base();
  ehr.stop();
  EXPECT_EQ(answer(without_prefetch(ivig_order("a"), access(base))).status, 412U);
  EXPECT_EQ(answer(without_prefetch(ivig_order("a", ibm()), access(base))).status, 200U);
}

TEST_F(RoutesFetch, queries_that_fail_are_logged_and_counted_without_what_they_asked) {
  ehr.misbehave("Condition", {test::Misbehaviour::Kind::drop});
  ehr.misbehave("Observation", {test::Misbehaviour::Kind::status, 500});
  ehr.misbehave("Procedure", {test::Misbehaviour::Kind::status, 403});
  ehr.misbehave("MedicationStatement", {test::Misbehaviour::Kind::not_json});
  EXPECT_EQ(answer(without_prefetch(ivig_order("a", ibm()), access(ehr.base(), "secret-token"))).status, 200U);
  server->stop();
  std::string const logged = lines.str();
  std::string const client_and_server = R"("client":"anyone","fhir_server":")" + ehr.origin() + R"(","resource":")";
  for (char const* failed : {R"(Condition","result":"unavailable","status":0,"duration_us":)",
                             R"(Observation","result":"unavailable","status":500,"duration_us":)",
                             R"(Procedure","result":"refused","status":403,"duration_us":)",
                             R"(MedicationStatement","result":"malformed","status":200,"duration_us":)"}) {
    EXPECT_NE(logged.find(client_and_server + failed), std::string::npos) << failed << " in " << logged;
  }
  for (char const* marker : {"secret-token", "p1", "patient=", "/fhir", "Quillfeather"})
    EXPECT_EQ(logged.find(marker), std::string::npos) << marker << " in " << logged;
  std::string const figures = decisions.log().metrics().text();
  for (char const* line : {"result=\"complete\"} 3\n", "result=\"unavailable\"} 2\n", "result=\"refused\"} 1\n",
                           "result=\"malformed\"} 1\n"}) {
    EXPECT_NE(figures.find("ivig_cds_fhir_queries_total{client=\"anyone\"," + std::string(line)), std::string::npos)
        << line << figures;
  }
  EXPECT_NE(figures.find("ivig_cds_fhir_query_duration_seconds_count{client=\"anyone\"} 7\n"), std::string::npos);
}

TEST_F(RoutesFetch, PREF_14_another_patients_data_are_counted_and_logged_without_ids) {
  std::string const theirs = "{'resourceType':'Condition','id':'c77','subject':{'reference':'Patient/p99'}}";
  OrderRequest request{{ivig_order("a", ibm())}};
  request.prefetch = {{"conditions", test::bundle({theirs, theirs})}, {"allergies", ""}};
  request.more = access(ehr.base());
  ehr.answer_as("p99");
  EXPECT_EQ(answer(request).status, 200U);
  server->stop();
  std::string const logged = lines.str();
  EXPECT_NE(logged.find(R"("event":"foreign_resources")"), std::string::npos) << logged;
  EXPECT_NE(logged.find(R"("resources":"Condition,Bundle","prefetched":2,"fetched":1)"), std::string::npos) << logged;
  EXPECT_EQ(logged.find("p99"), std::string::npos) << logged;
  EXPECT_EQ(logged.find("c77"), std::string::npos) << logged;
  std::string const figures = decisions.log().metrics().text();
  for (char const* line :
       {R"({resource="Condition",source="prefetch"} 2)", R"({resource="Bundle",source="fetched"} 1)"}) {
    EXPECT_NE(figures.find("ivig_cds_foreign_resources_total" + std::string(line)), std::string::npos) << figures;
  }
}

TEST_F(RoutesFetch, R11_a_compressed_body_is_415_and_says_what_is_taken) {
  TestClient to(port);
  to.send(
      "POST /cds-services/ivig-order-sign HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Encoding: "
      "gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b");
  Answer const got = to.read_answer();
  EXPECT_EQ(got.status, 415U);
  EXPECT_NE(got.body.find("OperationOutcome"), std::string::npos) << got.body;
  EXPECT_NE(got.body.find("Content-Encoding"), std::string::npos) << got.body;
}

TEST_F(RoutesFetch, a_trace_goes_on_in_the_log_and_in_the_queries_of_the_call) {
  std::string const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  std::string const body = without_prefetch(ivig_order("a"), access(ehr.base())).text();
  TestClient to(port);
  to.send(
      "POST /cds-services/ivig-order-sign HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\ntraceparent: 00-" +
      trace + "-00f067aa0ba902b7-01\r\ntracestate: ehr=1\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body);
  EXPECT_EQ(to.read_answer().status, 200U);
  ASSERT_EQ(ehr.log().size(), 7U);
  std::string const sent = ehr.log().front().traceparent;
  for (auto const& asked : ehr.log()) {
    EXPECT_TRUE(asked.traceparent.starts_with("00-" + trace + "-")) << asked.traceparent;
    EXPECT_TRUE(asked.traceparent.ends_with("-01")) << asked.traceparent;
    EXPECT_EQ(asked.traceparent.find("00f067aa0ba902b7"), std::string::npos) << "a parent of our own";
    EXPECT_EQ(asked.traceparent, sent);
    EXPECT_EQ(asked.tracestate, "ehr=1");
  }
  ehr.forget();
  (void)answer(without_prefetch(ivig_order("a"), access(ehr.base())));
  for (auto const& asked : ehr.log()) EXPECT_EQ(asked.traceparent + asked.tracestate, "");
  server->stop();
  std::string const logged = lines.str(), member = R"("trace_id":")" + trace + "\"";
  EXPECT_NE(logged.find(member), std::string::npos) << logged;
  EXPECT_EQ(logged.find(member), logged.rfind(member)) << "only in the line of the call that brought it";
}

TEST_F(RoutesFetch, the_description_of_the_interface_has_a_route_of_its_own_in_the_log) {
  TestClient to(port);
  to.send("GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(to.read_answer().status, 200U);
  server->stop();
  EXPECT_NE(lines.str().find(R"("route":"openapi")"), std::string::npos) << lines.str();
}

}  // namespace
}  // namespace ivig::app
