#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/config.h"
#include "app/config_node.h"
#include "tests/support/temporary_folder.h"

// Each mistake is one line that names file, line, key and fix.

namespace ivig::app {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

struct Mistake {
  char const* text;
  int line;  // 0: the file as a whole
  std::vector<std::string> said;
};

void PrintTo(Mistake const& mistake, std::ostream* out) { *out << mistake.text; }

class ConfigRefusal : public testing::TestWithParam<Mistake> {};

TEST_P(ConfigRefusal, is_one_line_that_names_file_line_key_and_fix) {
  Mistake const& mistake = GetParam();
  auto const config = parse_config(mistake.text, "/etc/ivig/ivig-cds.yaml");
  ASSERT_FALSE(config) << mistake.text;
  EXPECT_EQ(config.error().code, base::Errc::invalid_config);
  std::string const line = mistake.line == 0 ? "" : ":" + std::to_string(mistake.line);
  EXPECT_EQ(config.error().where, "/etc/ivig/ivig-cds.yaml" + line) << config.error().detail;
  for (std::string const& text : mistake.said) {
    EXPECT_NE(config.error().detail.find(text), std::string::npos) << text << " not in: " << config.error().detail;
  }
  EXPECT_EQ(config.error().detail.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    UnknownKeys, ConfigRefusal,
    testing::Values(Mistake{"\ncolour: blue", 2, {"key colour: unknown", "known keys are listen, behind_proxy"}},
                    Mistake{"gap_card: false", 1, {"did you mean gap_cards?"}},
                    Mistake{"rules: r\nlimits:\n  body_byte: 5000", 3, {"key limits.body_byte", "limits.body_bytes?"}},
                    Mistake{"tls: {cert: a}", 1, {"key tls.cert: unknown"}},
                    Mistake{"log:\n  levels: info", 2, {"did you mean log.level?"}},
                    Mistake{"cors:\n  origin: []", 2, {"did you mean cors.origins?"}},
                    Mistake{"review:\n  token: x", 2, {"key review.token: unknown"}},
                    Mistake{"clients:\n  - name: a\n    isuer: https://a", 3, {"key clients[0].isuer", "issuer?"}},
                    Mistake{"GAP_CARDS: false", 1, {"unknown"}}, Mistake{"? [a]\n: b", 1, {"unknown"}}));

INSTANTIATE_TEST_SUITE_P(
    RepeatedKeys, ConfigRefusal,
    testing::Values(Mistake{"auth: required\nthreads: 1\nauth: off", 3, {"key auth: is given twice", "remove one"}},
                    Mistake{"log:\n  level: info\n  level: warn", 3, {"key log.level: is given twice"}},
                    Mistake{"clients:\n  - name: a\n    name: b", 3, {"key clients[0].name: is given twice"}}));

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, ConfigRefusal,
    testing::Values(
        Mistake{"listen: {a: b}", 1, {"key listen", "must be a text"}},
        Mistake{"listen: []", 1, {"key listen", "name at least one address"}},
        Mistake{"listen: [127.0.0.1:8443]", 1, {"key listen[0]", "must begin with https:// or http://"}},
        Mistake{"rules: r\nlisten:\n  - https://127.0.0.1:1\n  - https://127.0.0.1:x", 4, {"key listen[1]", "port"}},
        Mistake{"behind_proxy: yes", 1, {"key behind_proxy", "true or false, not 'yes'"}},
        Mistake{"behind_proxy: 'true'", 1, {"key behind_proxy", "must be true or false"}},
        Mistake{"public_url: cds.example.org", 1, {"key public_url", "https://"}},
        Mistake{"public_url: [https://a]", 1, {"key public_url", "must be a text"}},
        Mistake{"admin: 9464", 1, {"key admin", "must begin with https:// or http://"}},
        Mistake{"rules: r\ntls:\n\n  - certificate", 2, {"key tls", "must be a mapping"}},
        Mistake{"tls:\n  certificates: [{certificate: a}]", 2, {"key tls.certificates", "needs certificate and key"}},
        Mistake{"tls: certs", 1, {"key tls", "must be a mapping with the keys certificate, key"}},
        Mistake{"tls:\n  certificate: [a]", 2, {"key tls.certificate", "must be a text"}},
        Mistake{"tls:\n  key: ''", 2, {"key tls.key", "must not be empty"}},
        Mistake{"tls:\n  require_client_certificate: 1", 2, {"key tls.require_client_certificate", "true or false"}},
        Mistake{"tls:\n  require_client_certificate: true", 2, {"needs tls.client_ca"}},
        Mistake{"auth: none", 1, {"key auth", "must be one of required, optional, off, not 'none'"}},
        Mistake{"auth: false", 1, {"key auth", "must be one of"}},
        Mistake{"rules: {a: b}", 1, {"key rules", "must be a text"}},
        Mistake{"store: mysql://a", 1, {"key store", "sqlite:FILE, postgresql://user@host/database or none"}},
        Mistake{"store: 'sqlite:'", 1, {"key store", "sqlite:FILE"}},
        Mistake{"store: postgresql://", 1, {"key store", "postgresql://user@host/database"}},
        Mistake{"threads: many", 1, {"key threads", "a whole number from 0 to 256, not 'many'"}},
        Mistake{"threads: 257", 1, {"key threads", "from 0 to 256"}}, Mistake{"threads: -1", 1, {"key threads"}},
        Mistake{"threads: 1.5", 1, {"key threads"}}, Mistake{"threads: '2'", 1, {"key threads"}},
        Mistake{"threads: 0x2", 1, {"key threads"}}, Mistake{"threads: [1]", 1, {"key threads"}},
        Mistake{"cors: https://a.example", 1, {"key cors", "must be a mapping"}},
        Mistake{"cors: {origins: [https://a.example/]}", 1, {"key cors.origins[0]", "without a path or final slash"}},
        Mistake{"cors: {origins: [a.example]}", 1, {"key cors.origins[0]", "https://"}},
        Mistake{"gap_cards: 0", 1, {"key gap_cards", "true or false"}},
        Mistake{"log: {level: loud}", 1, {"key log.level", "trace, debug, info, warn, error, off"}},
        Mistake{"log: {format: xml}", 1, {"key log.format", "json, text"}},
        Mistake{"- listen", 1, {"the file must be a mapping of keys to values"}},
        Mistake{"listen", 1, {"the file must be a mapping of keys to values"}}));

INSTANTIATE_TEST_SUITE_P(
    Limits, ConfigRefusal,
    testing::Values(Mistake{"limits: 5", 1, {"key limits", "must be a mapping"}},
                    Mistake{"limits: {body_bytes: 1023}", 1, {"key limits.body_bytes", "from 1024 to 1073741824"}},
                    Mistake{"limits: {body_bytes: 16MB}", 1, {"not '16MB'"}},
                    Mistake{"limits: {body_bytes: 99999999999999999999}", 1, {"key limits.body_bytes"}},
                    Mistake{"limits: {body_bytes: 1048576, bodies_bytes: 2097151}",
                            1,
                            {"key limits.bodies_bytes", "twice limits.body_bytes"}},
                    Mistake{"limits: {form_bytes: 100}", 1, {"key limits.form_bytes", "from 16384"}},
                    Mistake{"store: none\nstore_required: true", 2, {"key store_required", "needs a store"}},
                    Mistake{"limits: {json_depth: 7}", 1, {"key limits.json_depth", "from 8 to 512"}},
                    Mistake{
                        "limits: {header_seconds: 0}", 1, {"key limits.header_seconds", "seconds from 0.05 to 3600"}},
                    Mistake{"limits: {header_seconds: 10s}", 1, {"not '10s'"}},
                    Mistake{"limits: {request_seconds: 3600.001}", 1, {"key limits.request_seconds"}},
                    Mistake{"limits: {request_seconds: 1.2345}", 1, {"key limits.request_seconds"}},
                    Mistake{"limits: {request_seconds: .5}", 1, {"key limits.request_seconds"}},
                    Mistake{"limits: {idle_seconds: -1}", 1, {"key limits.idle_seconds"}},
                    Mistake{"limits: {idle_seconds: 1e2}", 1, {"key limits.idle_seconds"}},
                    Mistake{"limits: {connections: 0}", 1, {"key limits.connections", "from 1 to 1000000"}},
                    Mistake{"limits: {requests_per_second: x}", 1, {"key limits.requests_per_second"}},
                    Mistake{"limits: {fhir_seconds: 301}", 1, {"key limits.fhir_seconds", "to 300"}},
                    Mistake{"limits: {fhir_response_bytes: 0}", 1, {"key limits.fhir_response_bytes"}},
                    Mistake{"limits: {fhir_pages: 0}", 1, {"key limits.fhir_pages", "from 1 to 1000"}},
                    Mistake{"limits: {orders: 0}", 1, {"key limits.orders", "from 1 to 1000"}},
                    Mistake{"limits: {codings: 1001}", 1, {"key limits.codings", "from 1 to 1000"}},
                    Mistake{"limits: {call_text_bytes: 10}", 1, {"key limits.call_text_bytes", "from 1000"}},
                    Mistake{"limits: {cards: 0}", 1, {"key limits.cards"}}));

INSTANTIATE_TEST_SUITE_P(
    Clients, ConfigRefusal,
    testing::Values(Mistake{"clients:\n  - issuer: https://a.example", 2, {"key clients[0]", "needs a name"}},
                    Mistake{"clients: [a]", 1, {"key clients[0]", "must be a mapping"}},
                    Mistake{"clients:\n  - {name: a, issuer: https://a, jku: [https://a/k]}\n  - {name: a, issuer: "
                            "https://b, jku: [https://b/k]}",
                            3,
                            {"key clients[1]", "'a' is given to two clients"}},
                    Mistake{"clients: [{name: a, issuer: https://a}]", 1, {"key clients[0]", "give jku or jwks_file"}},
                    Mistake{"clients: [{name: a, jku: 'http://a/k'}]", 1, {"key clients[0].jku", "must be https"}},
                    Mistake{"clients: [{name: a, algorithms: [HS256]}]", 1, {"algorithms[0]", "ES384", "never"}},
                    Mistake{"clients: [{name: a, algorithms: [none]}]", 1, {"algorithms[0]", "never"}},
                    Mistake{"clients: [{name: a, algorithms: [es384]}]", 1, {"algorithms[0]", "ES384"}},
                    Mistake{"clients: [{name: a, algorithms: []}]", 1, {"algorithms", "is empty"}},
                    Mistake{"clients: [{name: a, certificate: [CN=a]}]", 1, {"key clients", "tls.client_ca"}},
                    Mistake{"tokens: {clock_skew_seconds: 301}", 1, {"key tokens.clock_skew_seconds", "0 to 300"}},
                    Mistake{"tokens: {max_life_seconds: 86401}", 1, {"key tokens.max_life_seconds"}},
                    Mistake{"tokens: {replay_entries: 1}", 1, {"key tokens.replay_entries"}},
                    Mistake{"tokens: {keys_seconds: 61}", 1, {"key tokens.keys_seconds"}},
                    Mistake{"tokens: {keys_bytes: 1}", 1, {"key tokens.keys_bytes"}},
                    Mistake{"tokens: {keys_refresh_seconds: 1000}", 1, {"key tokens", "must not decrease"}},
                    Mistake{"clients:\n  - name: a\n  - name: b", 3, {"'a' and 'b' both have no issuer"}},
                    Mistake{"clients: [{name: a, jku: [keys.json]}]", 1, {"key clients[0].jku[0]", "https://"}},
                    Mistake{"clients: [{name: a, fhir_servers: ['*']}]", 1, {"key clients[0].fhir_servers[0]"}},
                    Mistake{
                        "clients: [{name: a, fhir_servers: ['https://a@b']}]", 1, {"key clients[0].fhir_servers[0]"}},
                    Mistake{"clients: [{name: a, private_networks: [10.0.0.0]}]",
                            1,
                            {"key clients[0].private_networks[0]", "10.20.0.0/16"}},
                    Mistake{"clients: [{name: a, fhir_version: R6}]", 1, {"R4, STU3, DSTU2, R5", "not 'R6'"}},
                    Mistake{"clients: [{name: a, profile: cerner}]", 1, {"generic, epic, oracle-health"}},
                    Mistake{"clients: [{name: a, services: {}}]", 1, {"key clients[0].services", "must be a text"}},
                    Mistake{"review: {auth: token}", 1, {"key review.auth", "token needs review.token_file"}},
                    Mistake{"review: {auth: oidc, issuer: https://a}", 1, {"needs review.issuer and review.client_id"}},
                    Mistake{"review: {auth: on}", 1, {"key review.auth", "off, token, oidc"}}));

INSTANTIATE_TEST_SUITE_P(
    ForgottenValues, ConfigRefusal,
    testing::Values(
        Mistake{"threads: 1\nauth:\n", 2, {"key auth: has no value", "give one or remove the key"}},
        Mistake{"rules: ~", 1, {"key rules: has no value"}},
        Mistake{"limits:\n  body_bytes:\n  json_depth: 9", 2, {"key limits.body_bytes: has no value"}},
        Mistake{"cors:\n  origins:\n    -\n    - https://a.example", 2, {"key cors.origins[0]", "must be a text"}},
        Mistake{"tls: {key: null}", 1, {"key tls.key: has no value"}},
        Mistake{"clients: [{name: null}]", 1, {"key clients[0].name: has no value"}}));

INSTANTIATE_TEST_SUITE_P(
    OpenDoors_REQ_TLS_01, ConfigRefusal,
    testing::Values(
        Mistake{"rules: r\nlisten:\n  - https://[::1]:1\n  - http://0.0.0.0:8080", 2, {"key listen", "unencrypted"}},
        Mistake{"rules: r\nlisten: [http://0.0.0.0:8080]", 2, {"key listen", "unencrypted", "behind_proxy: true"}},
        Mistake{"listen: [https://127.0.0.1:1, http://cds.example.org:8080]", 1, {"http://cds.example.org:8080"}},
        Mistake{"listen: ['http://[::]:8080']", 1, {"http://[::]:8080 would carry patient data unencrypted"}},
        Mistake{"listen: http://10.0.0.1:80\nbehind_proxy: false", 1, {"unencrypted"}},
        Mistake{"listen: https://0.0.0.0:8443\nauth: off", 2, {"key auth: off is for loopback", "use required"}},
        Mistake{"auth: off\nbehind_proxy: true\nlisten: http://0.0.0.0:80", 1, {"key auth: off is for loopback"}},
        Mistake{"listen: [https://127.0.0.1:8443, https://127.0.0.1:8443]", 1, {"key listen", "given twice"}},
        Mistake{"listen: http://127.0.0.1:9464", 1, {"key admin", "choose another"}}));

INSTANTIATE_TEST_SUITE_P(
    NoYaml, ConfigRefusal,
    testing::Values(Mistake{"listen: [a", 1, {"is not YAML", "mend the indentation, brackets or quotes"}},
                    Mistake{"rules: r\n\tauth: off", 2, {"is not YAML"}}, Mistake{"rules: a: b", 1, {"is not YAML"}},
                    Mistake{"auth: off\n---\nauth: required", 3, {"a second YAML document"}},
                    Mistake{"rules: *nobody", 1, {"is not YAML"}}));

// --- the file

std::string write(fs::path const& file, std::string const& text) {
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

TEST(ConfigFile, is_read_and_paths_start_at_its_folder) {
  TemporaryFolder folder;
  auto const config = load_config(write(folder.path() / "a.yaml", "rules: r\nauth: optional\n"));
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->rules, folder.path() / "r");
  EXPECT_EQ(config->auth, AuthMode::optional);
}

TEST(ConfigFile, may_have_windows_line_ends_and_a_byte_order_mark) {
  TemporaryFolder folder;
  auto const config = load_config(write(folder.path() / "a.yaml",
                                        "\xEF\xBB\xBF"
                                        "auth: optional\r\nthreads: 3\r\n"));
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->auth, AuthMode::optional);
  EXPECT_EQ(config->threads, 3);
}

TEST(ConfigFile, that_cannot_be_read_is_named_with_the_reason_and_the_fix) {
  TemporaryFolder folder;
  std::string const missing = (folder.path() / "missing.yaml").string();
  auto const absent = load_config(missing);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, base::Errc::invalid_config);
  EXPECT_EQ(absent.error().where, missing);
  EXPECT_NE(absent.error().detail.find("No such file"), std::string::npos) << absent.error().detail;
  EXPECT_NE(absent.error().detail.find("mend --config or IVIG_CDS_CONFIG"), std::string::npos);

  auto const is_folder = load_config(folder.path());
  ASSERT_FALSE(is_folder);
  EXPECT_EQ(is_folder.error().where, folder.path().string());
  EXPECT_NE(is_folder.error().detail.find("is a folder"), std::string::npos);
}

TEST(ConfigFile, with_secrets_does_not_show_them_in_errors) {
  auto const config = parse_config("store: mysql://user:hunter2@host/db", "a.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().detail.find("hunter2"), std::string::npos) << config.error().detail;
}

TEST(ConfigFile, full_of_garbage_is_an_error_and_no_crash) {
  std::string deep(5000, '[');
  std::string noise;
  for (int i = 0; i < 2000; ++i) noise += static_cast<char>(i * 7919 % 251);
  for (std::string const& text : {deep, noise, std::string("a: &a [*a]"), std::string(3, '\0'),
                                  std::string("\xff\xfe"
                                              "a\0:\0",
                                              6)}) {
    EXPECT_FALSE(parse_config(text, "a.yaml")) << text.substr(0, 20);
  }
}

TEST(ConfigFile, with_a_nul_byte_is_refused_rather_than_read_to_there) {
  auto const config = parse_config(std::string_view("auth: optional\n\0\nthreads: 3\n", 28), "a.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().where, "a.yaml:2");
  EXPECT_EQ(config.error().detail, "holds a NUL byte; save the file as UTF-8 text");
}

// --- IVIG_CDS_CONFIG

/// Sets the variable for one test.
class Environment {
 public:
  explicit Environment(std::string const& file) { ::setenv("IVIG_CDS_CONFIG", file.c_str(), 1); }
  ~Environment() { ::unsetenv("IVIG_CDS_CONFIG"); }
  Environment(Environment const&) = delete;
  Environment& operator=(Environment const&) = delete;
};

TEST(ConfigVariable, names_the_file_when_the_command_line_does_not) {
  TemporaryFolder folder;
  std::string const named = write(folder.path() / "named.yaml", "rules: of-the-command-line\n");
  Environment const variable(write(folder.path() / "variable.yaml", "rules: of-the-variable\n"));
  EXPECT_EQ(rules_folder("", ""), (folder.path() / "of-the-variable").string());
  EXPECT_EQ(rules_folder("", named), (folder.path() / "of-the-command-line").string());
  EXPECT_EQ(rules_folder("given", ""), "given");
}

/// What `ivig-cds serve` says on standard error, and its exit status.
std::pair<int, std::string> serve(std::string const& arguments) {
  std::string const command = std::string(IVIG_BINARY) + " serve " + arguments + " 2>&1 </dev/null";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, ""};
  std::string said;
  std::array<char, 512> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) said += part.data();
  int const status = ::pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

TEST(ConfigVariable, of_a_file_with_a_mistake_stops_the_start_with_one_line) {
  TemporaryFolder folder;
  std::string const file = write(folder.path() / "bad.yaml", "rules: r\nauths: required\n");
  Environment const variable(file);
  auto const [status, said] = serve("");
  EXPECT_EQ(status, 2);
  EXPECT_EQ(said, "ivig-cds: " + file + ":2: key auths: unknown; did you mean auth?\n");
  auto const [missing_status, missing_said] = serve("--config " + (folder.path() / "none.yaml").string());
  EXPECT_EQ(missing_status, 2);
  EXPECT_EQ(missing_said.find("ivig-cds: " + (folder.path() / "none.yaml").string() + ": cannot be read"), 0)
      << missing_said;
}

TEST(NearestKey, is_offered_only_when_it_is_near) {
  constexpr std::array<std::string_view, 3> kKnown{"listen", "limits", "log"};
  EXPECT_EQ(nearest("lisen", kKnown), "listen");
  EXPECT_EQ(nearest("limit", kKnown), "limits");
  EXPECT_EQ(nearest("lgo", kKnown), std::nullopt);
  EXPECT_EQ(nearest("certificates", kKnown), std::nullopt);
  EXPECT_EQ(nearest("", kKnown), std::nullopt);
}

}  // namespace
}  // namespace ivig::app
