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
    gate = std::make_unique<test::TestGate>(
        "auth: optional\nlimits: {fhir_seconds: 1.5}\nclients: [{name: anyone, fhir_servers: ['" + ehr.base() + "']}]",
        "ivig-cds.yaml", log);
    settings.public_url = "https://cds.example.org";
    server::Limits const limits;
    server = std::make_unique<server::Server>(limits, 1, log);
    auto handler = std::make_shared<server::Handler const>(
        service_handler(slot, settings, {gate->gate(), client, decisions.log()}));
    auto bound = server->start({{server::ListenAddress{false, "127.0.0.1", 0}, handler}});
    ASSERT_TRUE(bound);
    port = bound->front().port;
    ehr.put(test::patient());
    ehr.put(test::condition("c1", ibm()));
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
  for (auto const& one : waiting) {
    Answer const late = one->read_answer();
    EXPECT_EQ(late.status, 412U);
    EXPECT_NE(late.body.find("OperationOutcome"), std::string::npos);
  }
}

TEST_F(RoutesFetch, HTTP_20_a_dead_server_is_412_where_conditions_are_needed_and_200_elsewhere) {
  std::string const base = ehr.base();
  ehr.stop();
  EXPECT_EQ(answer(without_prefetch(ivig_order("a"), access(base))).status, 412U);
  EXPECT_EQ(answer(without_prefetch(ivig_order("a", ibm()), access(base))).status, 200U);
}

}  // namespace
}  // namespace ivig::app
