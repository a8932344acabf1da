// GET over real sockets: plain and TLS, deadlines, caps, redirects, retries, and which addresses are ever connected to.
#include "fhir/rest_client.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "certs/outbound_trust.h"
#include "tests/support/fhir_server.h"
#include "tests/support/test_certificates.h"

namespace ivig::fhir {
namespace {

using base::Errc;
using test::FhirServer;
using Kind = test::Misbehaviour::Kind;

boost::asio::awaitable<void> into(RestClient& client, OutboundPolicy const& policy, GetRequest request,
                                  std::optional<base::Result<GetAnswer>>& result) {
  auto answer = co_await client.get(policy, std::move(request));
  result = std::move(answer);
}

struct RestClientTest : testing::Test {
  FhirServer server;
  RestClient client{nullptr};
  std::optional<OutboundPolicy> policy;

  void SetUp() override { allow({server.base()}); }
  void allow(std::vector<std::string> const& origins) { policy = *OutboundPolicy::read(origins, {}); }

  static GetRequest request(std::string url, std::chrono::milliseconds time = std::chrono::minutes(1)) {
    return {std::move(url), "application/fhir+json", "secret-1", 65536, std::chrono::steady_clock::now() + time};
  }
  base::Result<GetAnswer> get(GetRequest request) {
    boost::asio::io_context io;
    std::optional<base::Result<GetAnswer>> result;
    boost::asio::co_spawn(io, into(client, *policy, std::move(request), result), boost::asio::detached);
    io.run();
    return std::move(*result);
  }
  base::Result<GetAnswer> get(std::string const& url) { return get(request(url)); }
  /// The status, or the error's code as a negative number.
  int status(base::Result<GetAnswer> const& answer) {
    return answer ? static_cast<int>(answer->status) : -static_cast<int>(answer.error().code);
  }
  static int code(Errc code) { return -static_cast<int>(code); }
};

TEST_F(RestClientTest, FHIR_03_10_sends_token_and_accept_and_returns_the_body) {
  server.put("{'resourceType':'Patient','id':'p1'}");
  auto const answer = get(server.base() + "/Patient/p1");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 200U);
  EXPECT_EQ(answer->content_type, "application/fhir+json");
  EXPECT_EQ(answer->body, R"({"resourceType":"Patient","id":"p1"})");
  auto const log = server.log();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].line(), "GET /fhir/Patient/p1 [Bearer secret-1]");
  EXPECT_EQ(log[0].accept, "application/fhir+json");
  EXPECT_EQ(log[0].host, "127.0.0.1:" + std::to_string(server.port()));
}

TEST_F(RestClientTest, SendsThePathAsWrittenAndNoTokenWhereThereIsNone) {
  GetRequest asked = request(server.base() + "/Observation?patient=a%2Fb&category=x,y&code=http://loinc.org%7C1-8");
  asked.bearer.clear();
  EXPECT_EQ(status(get(asked)), 200);
  ASSERT_EQ(server.log().size(), 1U);
  EXPECT_EQ(server.log()[0].line(), "GET /fhir/Observation?patient=a%2Fb&category=x,y&code=http://loinc.org%7C1-8 []");
}

TEST_F(RestClientTest, EachRequestHasAConnectionToItself) {
  for (int calls = 1; calls <= 5; ++calls) {
    EXPECT_EQ(status(get(server.base() + "/Patient/x")), 404);
    EXPECT_EQ(server.accepted(), calls);
  }
  EXPECT_EQ(server.log()[0].accept_encoding, "identity");
}

TEST_F(RestClientTest, FHIR_08_redirects_are_not_followed) {
  FhirServer other;
  allow({server.base(), other.base()});
  server.misbehave("Patient", {Kind::redirect, 0, other.base() + "/Patient/p1"});
  EXPECT_EQ(status(get(server.base() + "/Patient/p1")), 302);
  EXPECT_EQ(other.accepted(), 0);
}

TEST_F(RestClientTest, FHIR_08_what_the_policy_forbids_is_not_connected_to) {
  FhirServer other;
  EXPECT_EQ(status(get(other.base() + "/Patient/p1")), code(Errc::forbidden));
  // The machine's own name is allowed; the loopback address that it leads to (on most machines) is not.
  std::string name(256, '\0');
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  name.resize(name.find('\0'));
  allow({other.base(name), other.base("localhost")});
  auto const by_name = get(other.base(name) + "/Patient/p1");
  ASSERT_FALSE(by_name);
  EXPECT_TRUE(by_name.error().code == Errc::forbidden || by_name.error().code == Errc::unavailable);
  EXPECT_EQ(other.accepted(), 0);
  EXPECT_EQ(status(get(other.base("localhost") + "/Patient/none")), 404);
  EXPECT_EQ(other.log()[0].host, "localhost:" + std::to_string(other.port()));
}

TEST_F(RestClientTest, FHIR_11_a_hanging_server_costs_the_deadline_and_no_more) {
  server.misbehave("Patient", {Kind::hang});
  // The server hangs until it is stopped: what ends a call is its deadline. On a busy machine a short one may be over
  // before the server was asked.
  std::size_t calls = 0;
  for (std::chrono::milliseconds time(200); server.log().empty() && time < std::chrono::minutes(1); time *= 2) {
    EXPECT_EQ(status(get(request(server.base() + "/Patient/p1", time))), code(Errc::timeout));
    ++calls;
  }
  EXPECT_TRUE(server.has_been_asked(1));
  EXPECT_LE(server.log().size(), calls) << "a call does not ask again after its deadline";
  server.behave();
  EXPECT_EQ(status(get(server.base() + "/Patient/none")), 404);
}

TEST_F(RestClientTest, ATransportErrorIsRetriedOnce) {
  test::Misbehaviour drop{Kind::drop};
  drop.times = 1;
  server.misbehave("Patient", drop);
  EXPECT_EQ(status(get(server.base() + "/Patient/none")), 404);
  EXPECT_EQ(server.log().size(), 2U);
  server.forget();
  server.misbehave("Patient", {Kind::drop});
  EXPECT_EQ(status(get(server.base() + "/Patient/none")), code(Errc::unavailable));
  EXPECT_LE(server.log().size(), 3U);  // the library repeats once more where a kept connection had gone
}

TEST_F(RestClientTest, StatusesAreAnswersAndNotRetried) {
  for (int const failure : {401, 403, 404, 429, 500, 503}) {
    server.forget();
    server.misbehave("Patient", {Kind::status, failure});
    EXPECT_EQ(status(get(server.base() + "/Patient/p1")), failure);
    EXPECT_EQ(server.log().size(), 1U);
  }
}

TEST_F(RestClientTest, ATruncatedBodyIsNoAnswer) {
  server.misbehave("Patient", {Kind::truncate});
  EXPECT_EQ(status(get(server.base() + "/Patient/p1")), code(Errc::unavailable));
}

TEST_F(RestClientTest, AnOversizedBodyIsCutOff) {
  test::Misbehaviour large{Kind::oversize};
  large.bytes = 50'000'000;
  server.misbehave("Patient", large);
  EXPECT_EQ(status(get(server.base() + "/Patient/p1")), code(Errc::too_large));
  large.kind = Kind::chunked;
  server.misbehave("Patient", large);
  EXPECT_EQ(status(get(server.base() + "/Patient/p1")), code(Errc::too_large));
  large.bytes = 40'000;
  server.misbehave("Patient", large);
  EXPECT_EQ(status(get(server.base() + "/Patient/p1")), 200);
}

TEST_F(RestClientTest, NobodyListeningIsUnavailable) {
  std::string const base = server.base();
  server.stop();
  auto const answer = get(base + "/Patient/p1");
  EXPECT_EQ(status(answer), code(Errc::unavailable));
  EXPECT_EQ(answer.error().where, server.origin());
  EXPECT_EQ(answer.error().detail.find("secret"), std::string::npos);
}

TEST_F(RestClientTest, ANameThatDoesNotExistIsUnavailable) {
  allow({"http://no-such-host.invalid"});
  EXPECT_EQ(status(get("http://no-such-host.invalid/Patient/p1")), code(Errc::unavailable));
}

TEST_F(RestClientTest, ATokenThatWouldEndItsHeaderIsNotSent) {
  GetRequest asked = request(server.base() + "/Patient/p1");
  asked.bearer = "x\r\nX-Evil: 1";
  EXPECT_EQ(status(get(asked)), code(Errc::invalid_value));
  EXPECT_EQ(server.accepted(), 0);
}

struct RestClientTls : testing::Test {
  test::TestCertificates certificates;
  FhirServer server{"/fhir", {certificates.file("server.pem"), certificates.file("server.key")}};

  int status(std::string const& host, RestClient& client) {
    auto const policy = *OutboundPolicy::read({server.base(host)}, {});
    boost::asio::io_context io;
    std::optional<base::Result<GetAnswer>> result;
    GetRequest request{server.base(host) + "/Patient/none", "*/*", "t", 65536,
                       std::chrono::steady_clock::now() + std::chrono::minutes(1)};
    boost::asio::co_spawn(io, into(client, policy, std::move(request), result), boost::asio::detached);
    io.run();
    return *result ? static_cast<int>((*result)->status) : -static_cast<int>(result->error().code);
  }
};

TEST_F(RestClientTls, ACertificateOfATrustedCaIsAccepted) {
  RestClient client(*certs::load_outbound_trust(certificates.file("ca.pem")));
  EXPECT_EQ(status("localhost", client), 404);
  EXPECT_EQ(status("127.0.0.1", client), 404);
}

TEST_F(RestClientTls, ACertificateOfNobodyTrustedOrOfAnotherNameIsRefused) {
  RestClient strangers(*certs::load_outbound_trust(std::nullopt));
  EXPECT_EQ(status("localhost", strangers), -static_cast<int>(Errc::unavailable));
  RestClient nobody(nullptr);
  EXPECT_EQ(status("localhost", nobody), -static_cast<int>(Errc::unavailable));
  // "localhost." leads to the same address and is not in the certificate.
  test::TestCertificates const others;
  RestClient client(*certs::load_outbound_trust(others.file("ca.pem")));
  EXPECT_EQ(status("localhost", client), -static_cast<int>(Errc::unavailable));
  EXPECT_EQ(server.log().size(), 0U);
}

TEST(OutboundTrust, AFileThatIsNoCertificateIsRefused) {
  auto const trust = certs::load_outbound_trust("/dev/null");
  ASSERT_FALSE(trust);
  EXPECT_EQ(trust.error().where, "/dev/null");
}

}  // namespace
}  // namespace ivig::fhir
