// Key sets fetched over real TLS, from a host that serves them, rotates them, redirects, hangs, floods or is down.
// REQ JWT-15..18

#include <atomic>
#include <mutex>
#include <string>

#include <gtest/gtest.h>

#include "app/key_fetcher.h"
#include "certs/outbound_trust.h"
#include "tests/support/ehr.h"
#include "tests/support/test_server.h"

namespace ivig::app {
namespace {

using certs::TokenFault;
using test::kIssuer;
using test::kSignUrl;
using test::quoted;
using test::SigningKey;
using test::Token;
using test::TrustService;

/// Where an EHR publishes its keys, and how that may go wrong.
class KeyHost {
 public:
  explicit KeyHost(SigningKey const& key) : set_(test::jwk_set({key.jwk("k1")})), server_(options()) {}

  [[nodiscard]] std::string url(std::string const& path) const {
    return "https://127.0.0.1:" + std::to_string(server_.port()) + path;
  }
  [[nodiscard]] std::string ca() const { return certificates_.file("ca.pem"); }
  void publish(std::string set) {
    std::lock_guard const lock(mutex_);
    set_ = std::move(set);
  }
  void break_down() { down_ = true; }
  void open_door() { door_.open(); }
  [[nodiscard]] int asked() const { return asked_; }
  [[nodiscard]] std::uint64_t connections() const { return server_.counters().accepted; }

 private:
  test::TestServerOptions options() {
    test::TestServerOptions options;
    options.tls = certificates_.context();
    options.door = &door_;  // the path /door hangs until it is opened
    options.answer = [this](server::RequestHead const& head, std::string const&) { return answer(head.path); };
    return options;
  }
  server::Response answer(std::string const& path) {
    ++asked_;
    std::lock_guard const lock(mutex_);
    server::Response response;
    response.content_type = "application/json";
    response.body = path == "/huge"   ? R"({"keys":[)" + std::string(100'000'000, ' ') + "]}"
                    : path == "/html" ? "<html></html>"
                                      : set_;
    if (down_) response.status = 503;
    if (path == "/redirect") {
      response.status = 302;
      response.headers.emplace_back("Location", url("/jwks.json"));
    }
    return response;
  }

  test::TestCertificates certificates_;
  std::mutex mutex_;
  std::string set_;
  std::atomic<bool> down_{false};
  std::atomic<int> asked_{0};
  test::Door door_;
  test::TestServer server_;  // last: its threads use everything above
};

std::shared_ptr<x509_store_st> trust_in(std::string const& ca) {
  auto trust = certs::load_outbound_trust(ca);
  if (!trust) throw std::runtime_error(trust.error().detail);
  return *std::move(trust);
}

/// The service with one client, whose keys are at `path` of a key host.
class Jku : public testing::Test {
 protected:
  void serve(std::string const& path, std::string const& more = "") {
    std::string const yaml = "auth: required\nclients: [{name: ehr, issuer: '" + std::string(kIssuer) + "', jku: ['" +
                             host_.url(path) + "']}" + more + "]\n";
    clients_.store(*Clients::load(*parse_config(yaml, "ivig-cds.yaml")));
    service_ = std::make_unique<TrustService>(yaml, [this](std::string url) { return fetcher_.fetch(std::move(url)); });
  }
  [[nodiscard]] unsigned call(Token const& token, SigningKey const& key) const {
    return service_->with_token(token.signed_by(key)).status;
  }
  [[nodiscard]] unsigned call() const { return call(token(), key_); }
  [[nodiscard]] static Token token(std::string const& kid = "k1") { return test::token(kIssuer, kSignUrl, kid); }

  SigningKey const key_ = SigningKey::ec();
  KeyHost host_{key_};
  TokensConfig limits_ = [] {
    TokensConfig limits;
    limits.keys_time = std::chrono::minutes(1);  // time enough on a busy machine
    return limits;
  }();
  ClientsSlot clients_;
  fhir::RestClient rest_{trust_in(host_.ca())};
  KeyFetcher fetcher_{rest_, clients_, limits_};
  std::unique_ptr<TrustService> service_;
};

TEST_F(Jku, JWT_15_keys_come_from_the_url_named_in_the_token_or_agreed_and_are_kept) {
  serve("/jwks.json");
  EXPECT_EQ(call(token().with_header("jku", quoted(host_.url("/jwks.json"))), key_), 200U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(call(), 200U);
  EXPECT_EQ(host_.asked(), 1);
}

TEST_F(Jku, JWT_16_an_unlisted_jku_is_refused_without_a_connection) {
  KeyHost const stranger(key_);
  serve("/jwks.json");
  for (std::string const& other : {stranger.url("/jwks.json"), host_.url("/other.json"), host_.url("/jwks.json#x")}) {
    EXPECT_EQ(call(token().with_header("jku", quoted(other)), key_), 401U) << other;
  }
  EXPECT_EQ(service_->refused(TokenFault::jku_not_listed), 3U);
  EXPECT_EQ(stranger.connections(), 0U);
  EXPECT_EQ(host_.connections(), 0U);
  EXPECT_EQ(call(), 200U) << "the legitimate twin";
}

TEST_F(Jku, JWT_16_a_redirect_is_not_followed) {
  serve("/redirect");
  EXPECT_EQ(call(), 401U);
  EXPECT_EQ(service_->refused(TokenFault::keys_unavailable), 1U);
  EXPECT_EQ(host_.asked(), 1);
}

TEST_F(Jku, JWT_16_a_host_that_hangs_costs_its_time_limit_and_no_more) {
  limits_.keys_time = std::chrono::milliseconds(300);
  serve("/door");
  EXPECT_EQ(call(), 401U);
  EXPECT_EQ(service_->refused(TokenFault::keys_unavailable), 1U);
  EXPECT_EQ(call(), 401U) << "and is not asked again at once";
  host_.open_door();
}

TEST_F(Jku, JWT_16_a_hundred_megabytes_are_not_read) {
  serve("/huge");
  EXPECT_EQ(call(), 401U);
  EXPECT_EQ(service_->refused(TokenFault::keys_unavailable), 1U);
}

TEST_F(Jku, JWT_16_what_is_no_key_set_is_none) {
  serve("/html");
  EXPECT_EQ(call(), 401U);
  EXPECT_EQ(service_->refused(TokenFault::keys_unavailable), 1U);
}

TEST_F(Jku, JWT_16_a_host_with_a_certificate_of_an_unknown_CA_gives_no_keys) {
  KeyHost const stranger(key_);
  fhir::RestClient distrustful{trust_in(stranger.ca())};
  KeyFetcher const fetcher(distrustful, clients_, limits_);
  serve("/jwks.json");
  std::string const yaml = "auth: required\nclients: [{name: ehr, issuer: '" + std::string(kIssuer) + "', jku: ['" +
                           host_.url("/jwks.json") + "']}]\n";
  TrustService service(yaml, [&fetcher](std::string url) { return fetcher.fetch(std::move(url)); });
  EXPECT_EQ(service.with_token(token().signed_by(key_)).status, 401U);
  EXPECT_EQ(host_.asked(), 0);
  EXPECT_EQ(call(), 200U) << "the legitimate twin";
}

TEST_F(Jku, JWT_17_a_rotated_key_is_found_at_the_next_call_and_made_up_kids_cause_few_fetches) {
  serve("/jwks.json");
  EXPECT_EQ(call(), 200U);
  SigningKey const next = SigningKey::ec();
  host_.publish(test::jwk_set({key_.jwk("k1"), next.jwk("k2")}));
  EXPECT_EQ(call(token("k2"), next), 200U);
  EXPECT_EQ(call(), 200U) << "the old key is still published";
  EXPECT_EQ(host_.asked(), 2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(call(token("made-up-" + std::to_string(i)), next), 401U);
  EXPECT_LE(host_.asked(), 6);
  EXPECT_EQ(call(token("k2"), next), 200U);
}

TEST_F(Jku, JWT_18_while_the_host_is_down_known_keys_serve_and_unknown_ones_do_not) {
  serve("/jwks.json");
  EXPECT_EQ(call(), 200U);
  host_.break_down();
  EXPECT_EQ(call(token("k2"), SigningKey::ec()), 401U);
  EXPECT_EQ(call(), 200U);
}

TEST_F(Jku, JWT_16_while_one_clients_keys_hang_others_are_served) {
  test::TemporaryFolder const folder;
  std::string const file = test::write_file(folder.path() / "keys.json", test::jwk_set({key_.jwk("k1")}));
  serve("/door", ", {name: filed, issuer: 'https://filed', jwks_file: '" + file + "'}");
  test::TestClient waiting(service_->port(), test::TlsOptions{});
  std::string const header = "Authorization: Bearer " + token().signed_by(key_) + "\r\n";
  waiting.send(TrustService::request(test::kSignPath, header, TrustService::order()));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(call(token().with("iss", quoted("https://filed")), key_), 200U);
  host_.open_door();
  EXPECT_EQ(waiting.read_answer().status, 200U);
}

}  // namespace
}  // namespace ivig::app
