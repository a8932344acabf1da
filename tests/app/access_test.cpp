// What a client may do once it is known, and what refusals look like: over real TLS connections. Names of tests are the
// ids of the requirement table.

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/client_certificates.h"
#include "tests/support/ehr.h"

namespace ivig::app {
namespace {

using certs::TokenFault;
using test::Answer;
using test::Ehr;
using test::kSignPath;
using test::quoted;
using test::TestClient;
using test::TlsOptions;
using test::Token;
using test::TrustService;

class Access : public testing::Test {
 protected:
  Ehr const ehr_{};
};

TEST_F(Access, AUTH_03_the_scheme_in_any_case_and_any_number_of_blanks) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  for (char const* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer  ", "bEaReR    "}) {
    EXPECT_EQ(service.post("Authorization: " + (scheme + token.fresh().signed_by(ehr_.ec)) + "\r\n").status, 200U)
        << scheme;
  }
  for (char const* scheme : {"Basic ", "Bearer", "", "Token ", "Bearer\t", "Bearer,"}) {
    EXPECT_EQ(service.post("Authorization: " + (scheme + token.fresh().signed_by(ehr_.ec)) + "\r\n").status, 401U)
        << scheme;
  }
  std::string const line = "Authorization: Bearer " + token.fresh().signed_by(ehr_.ec) + "\r\n";
  EXPECT_EQ(service.post(line + "Authorization: Bearer x\r\n").status, 401U) << "which of the two did a proxy check?";
  EXPECT_EQ(service.post(line).status, 200U);
}

TEST_F(Access, AUTH_02_05_refusals_look_alike_and_differ_in_the_log) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token();
  std::string const spent = token.fresh().signed_by(ehr_.ec);
  ASSERT_EQ(service.with_token(spent).status, 200U);
  std::set<std::string> looks;
  for (std::string const& header :
       {std::string(), std::string("Authorization: Basic eDp5\r\n"), std::string("Authorization: Bearer x.y.z\r\n"),
        "Authorization: Bearer " + token.unsigned_text() + ".\r\n", "Authorization: Bearer " + spent + "\r\n",
        "Authorization: Bearer " + token.signed_by(ehr_.stranger) + "\r\n",
        "Authorization: Bearer " + token.with_header("kid", quoted("none")).signed_by(ehr_.ec) + "\r\n",
        "Authorization: Bearer " + token.with("aud", quoted("x")).signed_by(ehr_.ec) + "\r\n",
        "Authorization: Bearer " + token.with("iss", quoted("x")).signed_by(ehr_.ec) + "\r\n",
        "Authorization: Bearer " + token.with("exp", "1").with("iat", "0").signed_by(ehr_.ec) + "\r\n",
        "Authorization: Bearer " + token.with_header("alg", quoted("HS256")).signed_by(ehr_.ec, "ES384") + "\r\n",
        "Authorization: Bearer " + token.without("jti").signed_by(ehr_.ec) + "\r\n"}) {
    Answer const answer = service.post(header);
    std::string look = std::to_string(answer.status) + "|" + answer.body;
    for (auto const& [name, value] : answer.headers) {
      if (name != "Date" && name != "X-Request-Id") look += "|" + name + ":" + value;
    }
    looks.insert(look);
  }
  EXPECT_EQ(looks.size(), 1U) << *looks.begin() << "\n" << *looks.rbegin();
  std::string const log = service.log();
  for (char const* reason : {"no_token", "not_bearer", "malformed", "replayed", "bad_signature", "unknown_key",
                             "audience", "unknown_issuer", "expired", "algorithm", "claims"}) {
    EXPECT_NE(log.find("\"reason\":\"" + std::string(reason) + "\""), std::string::npos) << reason;
  }
}

TEST_F(Access, JWT_21_no_part_of_a_token_is_logged) {
  TrustService service(ehr_.yaml());
  Token const token = Ehr::token().with("sub", quoted("Zebrafinch"));
  std::vector<std::string> const sent{token.fresh().signed_by(ehr_.ec), token.signed_by(ehr_.stranger),
                                      token.with("aud", quoted("x")).signed_by(ehr_.ec), "Zebrafinch",
                                      "a.Zebrafinch.c"};
  for (auto const& text : sent) (void)service.with_token(text);
  std::string const log = service.log();
  EXPECT_EQ(log.find("Zebrafinch"), std::string::npos);
  for (auto const& text : sent) {
    for (std::string const& part : {text.substr(0, text.find('.')), text.substr(text.rfind('.') + 1)}) {
      if (part.size() > 3) {
        EXPECT_EQ(log.find(part), std::string::npos) << part;
      }
    }
  }
}

TEST_F(Access, AUTH_06_a_bad_token_is_refused_before_the_body_is_looked_at) {
  TrustService service(ehr_.yaml());
  for (char const* body : {"{", "", "not json"}) {
    EXPECT_EQ(service.post("Authorization: Bearer x.y.z\r\n", body).status, 401U) << body;
    EXPECT_EQ(service.post("Authorization: Bearer " + Ehr::token().signed_by(ehr_.ec) + "\r\n", body).status, 400U)
        << body;
  }
  EXPECT_EQ(service.post("Authorization: Bearer x\r\n", "{}", "/cds-services/ivig-order-sign?token=x").status, 401U);
  // Without reading it: the body is never sent, and the answer comes all the same.
  test::TestClient client(service.port(), test::TlsOptions{});
  client.send("POST /cds-services/ivig-order-sign HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 401U);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(Access, AUTH_07_clients_have_their_own_services_and_profile) {
  TrustService service(ehr_.yaml("    services: [ivig-order-select]\n"));
  Answer const forbidden = service.with_token(Ehr::token().signed_by(ehr_.ec));
  EXPECT_EQ(forbidden.status, 403U);
  EXPECT_EQ(forbidden.body, "");
  EXPECT_EQ(service.gate().counters().forbidden, 1U);

  TrustService old(ehr_.yaml("    profile: cds-hooks-1.0\n"));
  Answer const fitted = old.with_token(Ehr::token().signed_by(ehr_.ec));
  EXPECT_EQ(fitted.status, 200U);
  EXPECT_EQ(fitted.body.find("overrideReasons"), std::string::npos);
  TrustService current(ehr_.yaml());
  EXPECT_NE(current.with_token(Ehr::token().signed_by(ehr_.ec)).body.find("overrideReasons"), std::string::npos);
}

TEST_F(Access, DISC_discovery_and_evidence_need_no_token) {
  TrustService service(ehr_.yaml());
  test::TestClient client(service.port(), test::TlsOptions{});
  for (char const* path : {"/cds-services", "/evidence/aanem-2023/ibm"}) {
    EXPECT_EQ(client.call(std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 200U) << path;
  }
}

TEST_F(Access, AUTH_02_optional_serves_those_without_a_token_and_refuses_bad_ones) {
  std::string yaml = ehr_.yaml("    services: [ivig-order-select]\n");
  yaml.replace(yaml.find("required"), 8, "optional");
  TrustService service(yaml);
  EXPECT_EQ(service.post("").status, 200U);
  EXPECT_EQ(service.with_token("x.y.z").status, 401U);
  EXPECT_EQ(service.with_token(Ehr::token().signed_by(ehr_.ec)).status, 403U) << "a token has the rights of its client";
}

TEST_F(Access, TLS_04_a_client_may_be_bound_to_its_certificate) {
  test::ClientCertificates made;
  made.make("ehr", "/O=Hospital/CN=ehr", "DNS:ehr.example.org");
  made.make("other", "/O=Hospital/CN=other", "DNS:other.example.org");
  TrustService service("tls: {client_ca: " + made.ca() + "}\n" + ehr_.yaml("    certificate: [DNS:ehr.example.org]\n") +
                           "  - {name: free, issuer: https://free, jwks_file: " + ehr_.file + "}\n",
                       test::no_fetch, [&](certs::ServerTlsFiles& files) { files.client_ca = made.ca(); });
  auto const call = [&](std::string const& certificate, Token const& token) {
    test::TlsOptions tls;
    if (!certificate.empty()) {
      tls.certificate = made.file(certificate + ".pem");
      tls.key = made.file(certificate + ".key");
    }
    std::string const header = "Authorization: Bearer " + token.signed_by(ehr_.ec) + "\r\n";
    return service.post(header, TrustService::order(), test::kSignPath, tls).status;
  };
  EXPECT_EQ(call("ehr", Ehr::token()), 200U);
  EXPECT_EQ(call("", Ehr::token()), 401U) << "the token alone, stolen";
  EXPECT_EQ(call("other", Ehr::token()), 401U) << "with the certificate of another client";
  EXPECT_EQ(service.refused(TokenFault::certificate), 2U);
  EXPECT_EQ(call("", Ehr::token().with("iss", quoted("https://free"))), 200U) << "others need none";
}

TEST_F(Access, clients_change_on_reload_without_losing_replay_memory_or_connections) {
  TrustService service(ehr_.yaml());
  test::TestClient client(service.port(), test::TlsOptions{});
  auto const call = [&client](std::string const& token) {
    std::string const header = "Authorization: Bearer " + token + "\r\n";
    return client.call(TrustService::request(test::kSignPath, header, TrustService::order())).status;
  };
  std::string const first = Ehr::token().signed_by(ehr_.ec);
  EXPECT_EQ(call(first), 200U);
  service.gate().reload("auth: required\nclients: [{name: x, issuer: https://x, jwks_file: " + ehr_.file + "}]", "f");
  // A refusal before the body closes the connection; so it is asked on another.
  EXPECT_EQ(service.with_token(Ehr::token().signed_by(ehr_.ec)).status, 401U);
  service.gate().reload(ehr_.yaml(), "f");
  EXPECT_EQ(call(Ehr::token().signed_by(ehr_.ec)), 200U);
  EXPECT_EQ(call(first), 401U);
}

TEST_F(Access, a_client_over_its_rate_is_asked_to_wait_and_others_are_not) {
  std::string const second = "  - {name: other, issuer: https://other, jwks_file: " + ehr_.file + "}\n";
  TrustService service("limits: {requests_per_second: 3}\n" + ehr_.yaml(second));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(service.with_token(Ehr::token().signed_by(ehr_.ec)).status, 200U);
  Answer const last = service.with_token(Ehr::token().signed_by(ehr_.ec));
  EXPECT_EQ(last.status, 429U);
  EXPECT_EQ(last.header("Retry-After"), "1");
  EXPECT_NE(last.body.find("OperationOutcome"), std::string::npos);
  EXPECT_EQ(service.gate().counters().over_the_rate, 1U);
  EXPECT_EQ(service.with_token(Ehr::token().with("iss", quoted("https://other")).signed_by(ehr_.ec)).status, 200U);
  service.gate().let_pass(std::chrono::milliseconds(334));  // as long as Retry-After says is more than enough
  EXPECT_EQ(service.with_token(Ehr::token().signed_by(ehr_.ec)).status, 200U);
  EXPECT_EQ(service.with_token(Ehr::token().signed_by(ehr_.ec)).status, 429U);
}

/// Keeps the one thread of slow checks busy until it is let go.
class BusyChecks {
 public:
  explicit BusyChecks(certs::SlowChecks& checks) {
    if (!checks.begin([gone = gone_.get_future().share()] { gone.wait(); })) throw std::runtime_error("no room");
  }
  ~BusyChecks() { let_go(); }
  BusyChecks(BusyChecks const&) = delete;
  BusyChecks& operator=(BusyChecks const&) = delete;
  void let_go() {
    if (!std::exchange(let_go_, true)) gone_.set_value();
  }

 private:
  std::promise<void> gone_;
  bool let_go_ = false;
};

TEST_F(Access, others_are_answered_while_slow_signatures_wait_to_be_checked) {
  TrustService service(ehr_.yaml());
  BusyChecks busy(service.gate().slow_checks());
  std::vector<std::unique_ptr<TestClient>> waiting;  // more than the server has threads
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(std::make_unique<TestClient>(service.port(), TlsOptions{}));
    waiting.back()->send(TrustService::request(
        kSignPath, "Authorization: Bearer " + Ehr::token().signed_by(ehr_.ec) + "\r\n", TrustService::order()));
  }
  for (int i = 0; i < 4; ++i) EXPECT_EQ(service.with_token(Ehr::token("r1", "RS384").signed_by(ehr_.rsa)).status, 200U);
  EXPECT_EQ(service.post("").status, 401U);
  busy.let_go();
  for (auto const& one : waiting) EXPECT_EQ(one->read_answer().status, 200U);
}

TEST_F(Access, no_more_slow_signatures_wait_than_allowed_and_others_are_not_concerned) {
  TrustService service("tokens: {slow_checks: 1}\n" + ehr_.yaml());
  BusyChecks busy(service.gate().slow_checks());
  Answer const refused = service.with_token(Ehr::token().signed_by(ehr_.ec));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(service.refused(TokenFault::too_many_checks), 1U);
  EXPECT_EQ(service.with_token(Ehr::token("r1", "RS384").signed_by(ehr_.rsa)).status, 200U);
}

}  // namespace
}  // namespace ivig::app
