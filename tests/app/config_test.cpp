#include "app/config.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

// What each key means; what is refused is in config_refusal_test.cpp.

namespace ivig::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Texts = std::vector<std::string>;

Config read(std::string const& text) {
  auto const config = parse_config(text, "/etc/ivig/ivig-cds.yaml");
  if (!config) {
    ADD_FAILURE() << config.error().where << ": " << config.error().detail << " in\n" << text;
    return {};
  }
  return *config;
}

void expect_defaults(Config const& config) {
  ASSERT_EQ(config.listen.size(), 1);
  EXPECT_EQ(config.listen[0].text(), "https://127.0.0.1:8443");
  EXPECT_FALSE(config.behind_proxy);
  EXPECT_EQ(config.public_url, "https://127.0.0.1:8443");
  ASSERT_TRUE(config.admin);
  EXPECT_EQ(config.admin->text(), "http://127.0.0.1:9464");
  EXPECT_FALSE(config.tls.client_ca);
  EXPECT_FALSE(config.tls.require_client_certificate);
  EXPECT_EQ(config.auth, AuthMode::required);
  EXPECT_EQ(config.store.kind, StoreKind::sqlite);
  EXPECT_EQ(config.threads, 0);
  EXPECT_TRUE(config.cors_origins.empty());
  EXPECT_TRUE(config.gap_cards);
  EXPECT_EQ(config.limits.http.body_bytes, 16777216);
  EXPECT_EQ(config.limits.json_depth, 64);
  EXPECT_EQ(config.limits.http.header_time, seconds(10));
  EXPECT_EQ(config.limits.http.request_time, seconds(30));
  EXPECT_EQ(config.limits.http.idle_time, seconds(75));
  EXPECT_EQ(config.limits.http.connections, 10000);
  EXPECT_EQ(config.limits.requests_per_second, 0);
  EXPECT_EQ(config.limits.fhir_time, seconds(3));
  EXPECT_EQ(config.limits.fhir_response_bytes, 16777216);
  EXPECT_EQ(config.limits.fhir_pages, 10);
  EXPECT_EQ(config.limits.http.inline_bytes, 65536);
  EXPECT_EQ(config.limits.http.large_calls, 256);
  EXPECT_EQ(config.limits.http.bodies_bytes, 268435456);
  EXPECT_EQ(config.limits.form_bytes, 65536);
  EXPECT_EQ(config.limits.feedback_bytes, 1048576);
  EXPECT_EQ(config.limits.feedback_entries, 1000);
  EXPECT_FALSE(config.store.required);
  EXPECT_EQ(config.limits.read.orders, 100);
  EXPECT_EQ(config.limits.read.resources, 10'000);
  EXPECT_EQ(config.limits.read.codings, 100);
  EXPECT_EQ(config.limits.read.identifiers, 100);
  EXPECT_EQ(config.limits.read.dosages, 100);
  EXPECT_EQ(config.limits.read.answers, 1000);
  EXPECT_EQ(config.limits.read.answer_depth, 10);
  EXPECT_EQ(config.limits.read.entry_text, 200'000);
  EXPECT_EQ(config.limits.read.call_text, 4'000'000);
  EXPECT_EQ(config.limits.cards, 20);
  EXPECT_EQ(config.log.level, server::LogLevel::info);
  EXPECT_EQ(config.log.format, server::LogFormat::json);
  EXPECT_EQ(config.review.auth, ReviewAuth::off);
  EXPECT_FALSE(config.review.issuer || config.review.client_id || config.review.client_secret_file ||
               config.review.token_file);
  EXPECT_TRUE(config.review.viewer_roles.empty());
  EXPECT_TRUE(config.review.reviewer_roles.empty());
  EXPECT_TRUE(config.clients.empty());
}

TEST(Config, has_a_default_for_every_key_without_a_file_and_with_an_empty_one) {
  Config const none;
  expect_defaults(none);
  EXPECT_EQ(none.tls.certificate, "certs/dev/server.pem");
  EXPECT_EQ(none.tls.key, "certs/dev/server.key");
  EXPECT_EQ(none.rules, "rules");
  EXPECT_EQ(none.store.target, "ivig-cds.db");
  for (char const* text :
       {"", "\n", "# nothing\n", "---\n", "{}", "tls: {}\nlimits: {}\nlog: {}\ncors: {}\nreview: {}"}) {
    Config const config = read(text);
    expect_defaults(config);
    EXPECT_EQ(config.tls.certificate, "/etc/ivig/certs/dev/server.pem");
    EXPECT_EQ(config.tls.key, "/etc/ivig/certs/dev/server.key");
    EXPECT_EQ(config.rules, "/etc/ivig/rules");
    EXPECT_EQ(config.store.target, "/etc/ivig/ivig-cds.db");
  }
}

TEST(Config, written_out_as_documented_is_the_default) {
  expect_defaults(read(R"(
listen: [https://127.0.0.1:8443]
behind_proxy: false
public_url: https://127.0.0.1:8443
admin: http://127.0.0.1:9464
tls: {certificate: certs/dev/server.pem, key: certs/dev/server.key, client_ca: null, require_client_certificate: false}
auth: required
rules: rules
store: sqlite:ivig-cds.db
threads: 0
cors: {origins: []}
gap_cards: true
limits: {body_bytes: 16777216, json_depth: 64, header_seconds: 10, request_seconds: 30, idle_seconds: 75,
         connections: 10000, requests_per_second: 0, fhir_seconds: 3, fhir_response_bytes: 16777216, fhir_pages: 10}
log: {level: info, format: json}
review: {auth: off, issuer: null, client_id: null, client_secret_file: null, token_file: null, viewer_roles: [],
         reviewer_roles: []}
clients: []
)"));
}

TEST(Config, reads_further_certificates) {
  Config const config =
      read("tls: {certificates: [{certificate: a.pem, key: a.key}, {certificate: /b.pem, key: b.key}]}");
  ASSERT_EQ(config.tls.certificates.size(), 2);
  EXPECT_EQ(config.tls.certificates[0].certificate, "/etc/ivig/a.pem");
  EXPECT_EQ(config.tls.certificates[0].key, "/etc/ivig/a.key");
  EXPECT_EQ(config.tls.certificates[1].certificate, "/b.pem");
}

TEST(Config, reads_every_top_level_key) {
  Config const config = read(R"(
listen: [https://0.0.0.0:443, "http://[::1]:8080"]
behind_proxy: true
public_url: https://cds.example.org/ivig
admin: http://10.0.0.5:9000
auth: optional
threads: 4
gap_cards: false
rules: site-rules
store: none
cors: {origins: ["https://sandbox.example.org", "*"]}
log: {level: debug, format: text}
)");
  ASSERT_EQ(config.listen.size(), 2);
  EXPECT_EQ(config.listen[0].text(), "https://0.0.0.0:443");
  EXPECT_EQ(config.listen[1].text(), "http://[::1]:8080");
  EXPECT_TRUE(config.behind_proxy);
  EXPECT_EQ(config.public_url, "https://cds.example.org/ivig");
  EXPECT_EQ(config.admin->text(), "http://10.0.0.5:9000");
  EXPECT_EQ(config.auth, AuthMode::optional);
  EXPECT_EQ(config.threads, 4);
  EXPECT_FALSE(config.gap_cards);
  EXPECT_EQ(config.rules, "/etc/ivig/site-rules");
  EXPECT_EQ(config.store.kind, StoreKind::none);
  EXPECT_EQ(config.cors_origins, (Texts{"https://sandbox.example.org", "*"}));
  EXPECT_EQ(config.log.level, server::LogLevel::debug);
  EXPECT_EQ(config.log.format, server::LogFormat::text);
}

TEST(Config, reads_every_limit_seconds_with_decimals) {
  LimitsConfig const limits = read(R"(
limits:
  body_bytes: 1024
  json_depth: 8
  header_seconds: 0.25
  request_seconds: 2.5
  idle_seconds: 3600
  connections: 1
  requests_per_second: 7
  fhir_seconds: 1.005
  fhir_response_bytes: 2048
  fhir_pages: 3
  inline_bytes: 4096
  large_calls: 9
  bodies_bytes: 131072
  form_bytes: 16384
  feedback_bytes: 2048
  feedback_entries: 12
)")
                                  .limits;
  EXPECT_EQ(limits.http.body_bytes, 1024);
  EXPECT_EQ(limits.json_depth, 8);
  EXPECT_EQ(limits.http.header_time, milliseconds(250));
  EXPECT_EQ(limits.http.request_time, milliseconds(2500));
  EXPECT_EQ(limits.http.idle_time, seconds(3600));
  EXPECT_EQ(limits.http.connections, 1);
  EXPECT_EQ(limits.requests_per_second, 7);
  EXPECT_EQ(limits.fhir_time, milliseconds(1005));
  EXPECT_EQ(limits.fhir_response_bytes, 2048);
  EXPECT_EQ(limits.fhir_pages, 3);
  EXPECT_EQ(limits.http.inline_bytes, 4096);
  EXPECT_EQ(limits.http.large_calls, 9);
  EXPECT_EQ(limits.http.bodies_bytes, 131072);
  EXPECT_EQ(limits.form_bytes, 16384);
  EXPECT_EQ(limits.feedback_bytes, 2048);
  EXPECT_EQ(limits.feedback_entries, 12);
}

TEST(Config, holds_several_of_the_longest_bodies_whatever_their_length) {
  EXPECT_EQ(read("limits: {body_bytes: 1048576}").limits.http.bodies_bytes, 268435456);
  EXPECT_EQ(read("limits: {body_bytes: 134217728}").limits.http.bodies_bytes, 4 * 134217728);
}

TEST(Config, takes_relative_paths_from_the_files_folder_and_absolute_ones_as_they_are) {
  Config const config = read(R"(
tls: {certificate: tls/../server.pem, key: /run/secrets/server.key, client_ca: ca/clients.pem,
      require_client_certificate: true}
rules: ../rules
store: sqlite:data/ivig.db
review: {auth: token, token_file: review.token, client_secret_file: /run/secrets/review}
clients: [{name: a, issuer: https://a.example, jwks_file: keys/a.json}]
)");
  EXPECT_EQ(config.tls.certificate, "/etc/ivig/server.pem");
  EXPECT_EQ(config.tls.key, "/run/secrets/server.key");
  EXPECT_EQ(config.tls.client_ca, "/etc/ivig/ca/clients.pem");
  EXPECT_TRUE(config.tls.require_client_certificate);
  EXPECT_EQ(config.rules, "/etc/rules");
  EXPECT_EQ(config.store.target, "/etc/ivig/data/ivig.db");
  EXPECT_EQ(config.review.token_file, "/etc/ivig/review.token");
  EXPECT_EQ(config.review.client_secret_file, "/run/secrets/review");
  EXPECT_EQ(config.clients[0].jwks_file, "/etc/ivig/keys/a.json");
}

TEST(Config, takes_paths_of_a_file_in_the_working_folder_as_they_are) {
  auto const config = parse_config("rules: site-rules", "ivig-cds.yaml");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->rules, "site-rules");
}

TEST(Config, reads_the_three_kinds_of_store) {
  EXPECT_EQ(read("store: none").store.kind, StoreKind::none);
  EXPECT_EQ(read("store: 'sqlite::memory:'").store.target, ":memory:");
  EXPECT_EQ(read("store: sqlite:/var/lib/ivig.db").store.target, "/var/lib/ivig.db");
  for (std::string const url : {"postgresql://user@host/db", "postgres://user@host/db"}) {
    Config const config = read("store: " + url);
    EXPECT_EQ(config.store.kind, StoreKind::postgresql);
    EXPECT_EQ(config.store.target, url);
  }
}

TEST(Config, reads_every_word_of_a_choice) {
  EXPECT_EQ(read("auth: required").auth, AuthMode::required);
  EXPECT_EQ(read("auth: optional").auth, AuthMode::optional);
  EXPECT_EQ(read("auth: off").auth, AuthMode::off) << "not YAML 1.1's false";
  EXPECT_EQ(read("log: {level: 'off'}").log.level, server::LogLevel::off);
  EXPECT_EQ(read("log: {level: trace}").log.level, server::LogLevel::trace);
  EXPECT_EQ(read("log: {level: warn}").log.level, server::LogLevel::warn);
  EXPECT_EQ(read("log: {level: error}").log.level, server::LogLevel::error);
  EXPECT_EQ(read("review: {auth: token, token_file: t}").review.auth, ReviewAuth::token);
  EXPECT_EQ(read("review: {auth: oidc, issuer: https://idp.example, client_id: ivig}").review.auth, ReviewAuth::oidc);
  struct Row {
    char const* word;
    ProfileName profile;
  };
  for (Row const& row : std::vector<Row>{{"generic", ProfileName::generic},
                                         {"epic", ProfileName::epic},
                                         {"oracle-health", ProfileName::oracle_health},
                                         {"cds-hooks-1.0", ProfileName::cds_hooks_1_0},
                                         {"sandbox", ProfileName::sandbox}}) {
    EXPECT_EQ(read(std::string("clients: [{name: a, profile: ") + row.word + "}]").clients.at(0).profile, row.profile);
  }
}

TEST(Config, reads_clients_with_every_key_and_with_none) {
  Config const config = read(R"(
tls: {client_ca: ca.pem}
clients:
  - name: epic-main
    issuer: https://ehr.example.org/fhir
    jku: [https://ehr.example.org/jwks.json]
    algorithms: [ES384, PS256]
    subject: epic
    certificate: [DNS:ehr.example.org]
    audiences: [https://other.example.org]
    tenants: [north, south]
    services: [ivig-order-sign]
    fhir_servers: [https://ehr.example.org/fhir]
    private_networks: [10.20.0.0/16, 'fd00::/8']
    fhir_version: STU3
    profile: epic
  - name: anyone
)");
  ASSERT_EQ(config.clients.size(), 2);
  ClientConfig const& client = config.clients[0];
  EXPECT_EQ(client.name, "epic-main");
  EXPECT_EQ(client.issuer, "https://ehr.example.org/fhir");
  EXPECT_EQ(client.jku, Texts{"https://ehr.example.org/jwks.json"});
  EXPECT_EQ(client.algorithms, (std::vector{certs::Algorithm::es384, certs::Algorithm::ps256}));
  EXPECT_EQ(client.subject, "epic");
  EXPECT_EQ(client.certificate, Texts{"DNS:ehr.example.org"});
  EXPECT_EQ(client.audiences, Texts{"https://other.example.org"});
  EXPECT_EQ(client.tenants, (Texts{"north", "south"}));
  EXPECT_EQ(client.services, Texts{"ivig-order-sign"});
  EXPECT_EQ(client.fhir_servers, Texts{"https://ehr.example.org/fhir"});
  EXPECT_EQ(client.private_networks, (Texts{"10.20.0.0/16", "fd00::/8"}));
  EXPECT_EQ(client.fhir_version, "STU3");
  EXPECT_EQ(client.profile, ProfileName::epic);

  ClientConfig const& anonymous = config.clients[1];
  EXPECT_EQ(config.anonymous_client(), &anonymous);
  EXPECT_EQ(anonymous.services, Texts{"*"});
  EXPECT_EQ(anonymous.algorithms, (std::vector{certs::Algorithm::es384, certs::Algorithm::rs384}));
  EXPECT_TRUE(!anonymous.subject && anonymous.certificate.empty());
  EXPECT_TRUE(anonymous.fhir_servers.empty());
  EXPECT_TRUE(anonymous.private_networks.empty());
  EXPECT_FALSE(anonymous.fhir_version);
  EXPECT_EQ(anonymous.profile, ProfileName::generic);
  EXPECT_EQ(Config{}.anonymous_client(), nullptr);
}

TEST(Config, reads_the_limits_of_tokens_and_key_sets) {
  TokensConfig const tokens = read(R"(
tokens: {clock_skew_seconds: 5, max_life_seconds: 900, replay_entries: 5000, slow_checks: 8, keys_seconds: 1.5, keys_bytes: 4096,
         keys_refresh_seconds: 60, keys_expire_seconds: 120, keys_stale_seconds: 3600}
)")
                                  .tokens;
  EXPECT_EQ(tokens.clock_skew, std::chrono::seconds(5));
  EXPECT_EQ(tokens.max_life, std::chrono::seconds(900));
  EXPECT_EQ(tokens.replay_entries, 5000);
  EXPECT_EQ(tokens.slow_checks, 8);
  EXPECT_EQ(tokens.keys_time, std::chrono::milliseconds(1500));
  EXPECT_EQ(tokens.keys_bytes, 4096);
  EXPECT_EQ(tokens.keys.refresh_after, std::chrono::seconds(60));
  EXPECT_EQ(tokens.keys.expire_after, std::chrono::seconds(120));
  EXPECT_EQ(tokens.keys.stale_limit, std::chrono::seconds(3600));
}

TEST(Config, takes_one_value_for_a_list_of_one) {
  Config const config = read("listen: http://127.0.0.1:8080\ncors: {origins: https://a.example}");
  ASSERT_EQ(config.listen.size(), 1);
  EXPECT_EQ(config.listen[0].text(), "http://127.0.0.1:8080");
  EXPECT_EQ(config.cors_origins, Texts{"https://a.example"});
}

TEST(Config, may_have_no_admin_listener) { EXPECT_FALSE(read("admin: null").admin); }

TEST(Config, needs_tls_files_only_for_https_listeners_REQ_TLS_01) {
  EXPECT_TRUE(Config{}.needs_tls());
  EXPECT_FALSE(read("listen: http://127.0.0.1:8080").needs_tls());
  EXPECT_TRUE(read("listen: http://127.0.0.1:8080\nadmin: https://127.0.0.1:9464").needs_tls());
  EXPECT_TRUE(read("listen: [http://127.0.0.1:8080, https://127.0.0.1:8443]").needs_tls());
}

TEST(Config, allows_plain_http_on_loopback_and_behind_a_proxy_REQ_TLS_01) {
  for (char const* address : {"http://127.0.0.1:80", "http://127.1.2.3:80", "http://[::1]:80", "http://localhost:80"}) {
    EXPECT_TRUE(read(std::string("listen: ['") + address + "']").is_loopback_only()) << address;
  }
  EXPECT_FALSE(read("listen: http://0.0.0.0:80\nbehind_proxy: true").is_loopback_only());
}

}  // namespace
}  // namespace ivig::app
