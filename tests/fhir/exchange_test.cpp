// What a server may put on the wire, and what of it counts as an answer: real sockets, plain and TLS.
#include "fhir/exchange.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "certs/outbound_trust.h"
#include "fhir/rest_client.h"
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

class Exchange : public testing::TestWithParam<bool> {
 protected:
  test::TestCertificates certificates;
  FhirServer server{"/fhir", GetParam()
                                 ? FhirServer::Tls{certificates.file("server.pem"), certificates.file("server.key")}
                                 : FhirServer::Tls{}};
  RestClient client{*certs::load_outbound_trust(certificates.file("ca.pem"))};

  base::Result<GetAnswer> get(std::string const& target = "/Patient/none") {
    auto const policy = *OutboundPolicy::read({server.base("localhost")}, {});
    GetRequest request{server.base("localhost") + target, "*/*", "t", 65536,
                       std::chrono::steady_clock::now() + std::chrono::seconds(60)};
    boost::asio::io_context io;
    std::optional<base::Result<GetAnswer>> result;
    boost::asio::co_spawn(io, into(client, policy, std::move(request), result), boost::asio::detached);
    io.run();
    return std::move(*result);
  }
  /// The status and body, or what is said against the answer.
  std::string seen(test::Misbehaviour how) {
    server.forget();
    server.misbehave("Patient", std::move(how));
    auto const answer = get();
    EXPECT_EQ(server.log().size(), 1U) << "an answer that came is not asked for again";
    if (answer) return std::to_string(answer->status) + " " + answer->body;
    bool const broken = answer.error().code == kBrokenAnswer || answer.error().code == Errc::too_large;
    EXPECT_TRUE(broken) << answer.error().detail;
    return answer.error().detail;
  }
};

TEST_P(Exchange, only_an_answer_whose_framing_leaves_no_doubt_counts) {
  struct Case {
    std::string wire;
    std::string seen;  ///< how the outcome begins
  };
  std::string const ok = "HTTP/1.1 200 OK\r\n", end = "\r\n";
  std::string const length = "Content-Length: 2\r\n", chunked = "Transfer-Encoding: chunked\r\n";
  Case const cases[] = {
      {ok + length + end + "{}", "200 {}"},
      {ok + chunked + end + "2\r\n{}\r\n0\r\n\r\n", "200 {}"},
      {ok + chunked + end + "1;a=b\r\n{\r\n01\r\n}\r\n0\r\n\r\n", "200 {}"},
      {ok + length + "Content-Encoding: identity\r\n" + end + "{}", "200 {}"},
      {"HTTP/1.1 204 No Content\r\n" + end, "204 "},
      {"HTTP/1.1 100 Continue\r\n" + end, "an interim answer"},
      {"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n" + end, "an interim answer"},
      {"HTTP/1.1 103 Early Hints\r\n" + end + ok + length + end + "{}", "an interim answer"},
      {ok + length + end + "{}x", "bytes follow"},
      {ok + length + end + "{}\r\n", "bytes follow"},
      {ok + length + end + "{}" + ok + length + end + "{}", "bytes follow"},
      {ok + chunked + end + "2\r\n{}\r\n0\r\n\r\nHTTP", "bytes follow"},
      {"HTTP/1.1 204 No Content\r\n" + end + "{}", "bytes follow"},
      {ok + "Content-Length: 0\r\n" + end + "{}", "bytes follow"},
      {ok + length + chunked + end + "2\r\n{}\r\n0\r\n\r\n", "the"},
      {ok + chunked + length + end + "2\r\n{}\r\n0\r\n\r\n", "the"},
      {ok + length + "Content-Length: 3\r\n" + end + "{}x", "the"},
      {ok + length + length + end + "{}", "the"},
      {ok + "Content-Length: 2, 2\r\n" + end + "{}", "the"},
      {ok + "Content-Length: -2\r\n" + end + "{}", "the answer is no HTTP"},
      {ok + "Content-Length: 2x\r\n" + end + "{}", "the answer is no HTTP"},
      {ok + "Transfer-Encoding: gzip, chunked\r\n" + end + "2\r\n{}\r\n0\r\n\r\n", "another Transfer-Encoding"},
      {ok + chunked + chunked + end + "2\r\n{}\r\n0\r\n\r\n", "the answer is no HTTP"},
      {ok + chunked + end + "-2\r\n{}\r\n0\r\n\r\n", "the answer is no HTTP"},
      {ok + chunked + end + "2\r\n{}xx0\r\n\r\n", "the answer is no HTTP"},
      {ok + chunked + end + "zz\r\n{}\r\n0\r\n\r\n", "the answer is no HTTP"},
      {ok + chunked + end + "7fffffff\r\n{}", "the answer is longer"},
      {ok + "Content-Length: 70000\r\n" + end + "{}", "the answer is longer"},
      {ok + length + "Content-Encoding: gzip\r\n" + end + "{}", "the body has a Content-Encoding"},
      {"HTTP/2 200 OK\r\n" + length + end + "{}", "the answer is no HTTP"},
      {"hello\r\n\r\n", "the answer is no HTTP"},
  };
  for (Case const& c : cases) {
    std::string const outcome = seen({Kind::wire, 0, c.wire});
    EXPECT_TRUE(outcome.starts_with(c.seen)) << c.wire << "\n-> " << outcome;
    if (c.seen.starts_with("20")) {
      EXPECT_EQ(outcome, c.seen) << c.wire;
    }
  }
}

TEST_P(Exchange, a_head_without_end_is_cut_off_at_its_limit) {
  for (char const* begin : {"HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"}) {
    EXPECT_NE(seen({Kind::endless, 0, begin}), "");
  }
  server.stop();
  // What sockets buffer on the way comes on top.
  EXPECT_LT(server.endless_bytes(), 32'000'000U);
}

TEST_P(Exchange, nothing_that_comes_late_or_twice_is_the_next_requests_answer) {
  server.put("{'resourceType':'Patient','id':'p1'}");
  server.put("{'resourceType':'Patient','id':'p2'}");
  std::string const other = R"({"resourceType":"Patient","id":"p2"})";
  for (auto const& how :
       std::initializer_list<test::Misbehaviour>{{Kind::before, 0, "HTTP/1.1 100 Continue\r\n\r\n"},
                                                 {Kind::before, 0, "HTTP/1.1 102 Processing\r\n\r\n"},
                                                 {Kind::before, 0, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"},
                                                 {Kind::after, 0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
                                                 {Kind::twice, 0, ""}}) {
    server.misbehave("Patient/p1", how);
    auto const first = get("/Patient/p1");
    if (how.kind != Kind::twice) {
      EXPECT_FALSE(first);
    }
    auto const second = get("/Patient/p2");
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_EQ(second->body, other);
  }
}

INSTANTIATE_TEST_SUITE_P(Plain, Exchange, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, Exchange, testing::Values(true));

}  // namespace
}  // namespace ivig::fhir
