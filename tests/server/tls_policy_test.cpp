// TLS as a scanner sees it: versions and ciphers one by one, resumption, names, client certificates. REQ TLS-02..04

#include <sys/wait.h>

#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/client_certificates.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_client.h"
#include "tests/support/test_server.h"

namespace ivig::server {
namespace {

using test::ClientCertificates;
using test::TestCertificates;
using test::TestClient;
using test::TestServer;
using test::TestServerOptions;
using test::TlsOptions;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TestCertificates const& certificates() {
  static TestCertificates const made;
  return made;
}

TestServerOptions over_tls() {
  TestServerOptions options;
  options.tls = certificates().context();
  // The names of the client certificate, as the handler is given them.
  options.answer = [](RequestHead const& head, std::string const&) {
    Response response;
    for (auto const& name : head.certificate_names) response.body += name + "\n";
    return response;
  };
  return options;
}

/// What `openssl s_client` says: its exit code and everything it prints.
std::pair<int, std::string> s_client(std::uint16_t port, std::string const& options) {
  std::string const command = "openssl s_client -connect 127.0.0.1:" + std::to_string(port) + " -CAfile " +
                              certificates().file("ca.pem") + " " + options + " </dev/null 2>&1";
  std::unique_ptr<FILE, int (*)(FILE*)> out(popen(command.c_str(), "r"), [](FILE* file) { return pclose(file); });
  std::string text;
  char buffer[4096];
  while (std::size_t const count = std::fread(buffer, 1, sizeof buffer, out.get())) text.append(buffer, count);
  int const status = pclose(out.release());
  return {WEXITSTATUS(status), text};
}

TEST(TlsPolicy, openssl_s_client_is_refused_1_0_and_1_1_and_served_1_2_and_1_3_REQ_TLS_02) {
  TestServer server(over_tls());
  for (char const* old : {"-tls1", "-tls1_1"}) {
    auto const [status, text] = s_client(server.port(), std::string(old) + " -cipher ALL:@SECLEVEL=0");
    EXPECT_NE(status, 0) << text;
    EXPECT_NE(text.find("alert protocol version"), std::string::npos) << old << text;
    EXPECT_EQ(text.find("BEGIN CERTIFICATE"), std::string::npos) << old;
  }
  for (char const* version : {"-tls1_2", "-tls1_3"}) {
    auto const [status, text] =
        s_client(server.port(), std::string(version) + " -servername localhost -verify_return_error");
    EXPECT_EQ(status, 0) << text;
    EXPECT_NE(text.find("Verify return code: 0 (ok)"), std::string::npos) << version << text;
    EXPECT_NE(text.find("Compression: NONE"), std::string::npos) << text;
  }
  auto const [status, text] = s_client(server.port(), "-tls1_2 -cipher AES128-SHA:AES256-GCM-SHA384:@SECLEVEL=0");
  EXPECT_NE(status, 0) << "no forward secrecy: " << text;
  EXPECT_NE(text.find("handshake failure"), std::string::npos) << text;
}

TEST(TlsPolicy, of_all_ciphers_that_openssl_knows_three_are_agreed_on_with_an_EC_certificate_REQ_TLS_02) {
  TestServer server(over_tls());
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  ASSERT_EQ(SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL"), 1);
  std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  STACK_OF(SSL_CIPHER)* const all = SSL_get_ciphers(tls.get());
  std::set<std::string> agreed;
  int tried = 0;
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    SSL_CIPHER const* const cipher = sk_SSL_CIPHER_value(all, i);
    if (std::string(SSL_CIPHER_get_version(cipher)) == "TLSv1.3") continue;
    TlsOptions only;
    only.max_version = TLS1_2_VERSION;
    only.ciphers = SSL_CIPHER_get_name(cipher);
    ++tried;
    try {
      TestClient client(server.port(), only);
      agreed.insert(SSL_get_cipher_name(client.tls()));
    } catch (std::runtime_error const&) {}
  }
  EXPECT_GT(tried, 50);
  EXPECT_EQ(agreed, (std::set<std::string>{"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                           "ECDHE-ECDSA-CHACHA20-POLY1305"}));
}

TEST(TlsPolicy, a_client_may_name_any_host_or_none) {
  TestServer server(over_tls());
  for (char const* name : {"-servername localhost", "-servername other.example.org", "-noservername"}) {
    EXPECT_EQ(s_client(server.port(), name).first, 0) << name;
  }
}

/// A connection, one call on it, and its session. The handshake of TLS 1.3 sends the session after it.
struct Visit {
  std::string body;
  bool resumed = false;
  std::shared_ptr<SSL_SESSION> session;
};
Visit visit(std::uint16_t port, TlsOptions options, SSL_SESSION* session = nullptr) {
  options.session = session;
  TestClient client(port, options);
  Visit visit;
  visit.body = client.call(kGet).body;
  visit.resumed = SSL_session_reused(client.tls()) == 1;
  visit.session.reset(SSL_get1_session(client.tls()), SSL_SESSION_free);
  SSL_shutdown(client.tls());  // or OpenSSL takes the session for a broken one
  return visit;
}

TEST(TlsPolicy, sessions_are_resumed_in_both_versions_and_end_with_a_reload) {
  for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TestServer server(over_tls());
    TlsOptions options;
    options.min_version = options.max_version = version;
    Visit const first = visit(server.port(), options);
    EXPECT_FALSE(first.resumed);
    EXPECT_TRUE(visit(server.port(), options, first.session.get()).resumed) << version;
    server.server().replace_tls(certificates().context());
    bool resumed = true;
    for (int i = 0; i < 1000 && resumed; ++i) resumed = visit(server.port(), options, first.session.get()).resumed;
    EXPECT_FALSE(resumed) << "a ticket must not outlive the certificates it was given under";
  }
}

TEST(TlsPolicy, the_names_of_a_client_certificate_are_known_also_when_a_session_is_resumed_REQ_TLS_04) {
  ClientCertificates clients;
  clients.make("ehr", "/O=Hospital/CN=ehr", "DNS:ehr.example.org,URI:urn:ehr:1,email:it@example.org");
  certs::ServerTlsFiles files = certificates().files();
  files.client_ca = clients.ca();
  TestServerOptions server_options = over_tls();
  server_options.tls = TestCertificates::context(files);
  TestServer server(std::move(server_options));
  std::string const names = "CN=ehr,O=Hospital\nDNS:ehr.example.org\nURI:urn:ehr:1\nemail:it@example.org\n";
  for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsOptions options;
    options.min_version = options.max_version = version;
    EXPECT_EQ(visit(server.port(), options).body, "") << "not required";
    options.certificate = clients.file("ehr.pem");
    options.key = clients.file("ehr.key");
    Visit const first = visit(server.port(), options);
    EXPECT_EQ(first.body, names);
    Visit const second = visit(server.port(), options, first.session.get());
    EXPECT_TRUE(second.resumed);
    EXPECT_EQ(second.body, names);
  }
}

TEST(TlsPolicy, a_client_certificate_of_another_CA_ends_the_handshake_REQ_TLS_04) {
  ClientCertificates known;
  ClientCertificates stranger;
  stranger.make("ehr", "/O=Hospital/CN=ehr", "DNS:ehr.example.org");
  certs::ServerTlsFiles files = certificates().files();
  files.client_ca = known.ca();
  TestServerOptions server_options = over_tls();
  server_options.tls = TestCertificates::context(files);
  TestServer server(std::move(server_options));
  TlsOptions options;
  options.certificate = stranger.file("ehr.pem");
  options.key = stranger.file("ehr.key");
  options.max_version = TLS1_2_VERSION;
  EXPECT_THROW(TestClient(server.port(), options), std::runtime_error);
  EXPECT_TRUE(server.comes_to([](CounterValues const& now) { return now.tls_failures == 1; }));
}

}  // namespace
}  // namespace ivig::server
