#pragma once
// The service over TLS with the rule set of this tree, and clients as a configuration names them.

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "app/routes.h"
#include "server/server.h"
#include "tests/support/no_decisions.h"
#include "tests/support/order_answers.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_client.h"
#include "tests/support/test_gate.h"

namespace ivig::test {

constexpr char const* kPublicUrl = "https://cds.example.org";
constexpr char const* kSignPath = "/cds-services/ivig-order-sign";
constexpr char const* kSignUrl = "https://cds.example.org/cds-services/ivig-order-sign";
constexpr char const* kIssuer = "https://ehr.example.org/fhir";

/// Writes a file and returns its path.
inline std::string write_file(std::filesystem::path const& file, std::string const& text) {
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

class TrustService {
 public:
  /// `yaml` as TestGate reads it, public_url included. `files`: TLS; by default without client certificates.
  explicit TrustService(std::string const& yaml, certs::FetchKeys fetch = no_fetch,
                        std::function<void(certs::ServerTlsFiles&)> const& tls = {})
      : log_(server::LogLevel::trace, server::LogFormat::json, lines_),
        gate_("public_url: " + std::string(kPublicUrl) + "\n" + yaml, certificates_.file("ivig-cds.yaml"), log_,
              std::move(fetch)),
        server_(limits_, 2, log_) {
    slot_.store(tree_knowledge());
    settings_.public_url = kPublicUrl;
    certs::ServerTlsFiles files = certificates_.files();
    if (tls) tls(files);
    auto handler = std::make_shared<server::Handler const>(
        app::service_handler(slot_, settings_, {gate_.gate(), rest_, decisions_.log()}));
    auto const context = TestCertificates::context(files);
    auto bound = server_.start({{server::ListenAddress{true, "127.0.0.1", 0}, handler, context},
                                {server::ListenAddress{true, "127.0.0.1", 0},
                                 std::make_shared<server::Handler const>(gate_alone()), context}});
    if (!bound) throw std::runtime_error(bound.error().detail);
    port_ = (*bound)[0].port;
    gate_port_ = (*bound)[1].port;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] TestGate& gate() { return gate_; }
  [[nodiscard]] TestCertificates const& certificates() const { return certificates_; }

  /// One order-sign call on a connection of its own; `headers` are whole lines.
  [[nodiscard]] Answer post(std::string const& headers, std::string const& body = order(),
                            std::string const& path = kSignPath, TlsOptions const& tls = {}) const {
    TestClient client(port_, tls);
    return client.call(request(path, headers, body));
  }
  [[nodiscard]] Answer with_token(std::string const& token) const {
    return post("Authorization: Bearer " + token + "\r\n");
  }
  /// What the gate says to a call of `path`, without the service behind it: for endpoints that need a store.
  [[nodiscard]] Answer at_gate(std::string const& path, std::string const& token) const {
    TestClient client(gate_port_, TlsOptions{});
    return client.call(request(path, "Authorization: Bearer " + token + "\r\n", "{}"));
  }

  static std::string request(std::string const& path, std::string const& headers, std::string const& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: cds.example.org\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  /// An order that is answered with one card.
  static std::string order() { return OrderRequest{{ivig_order("a", coded(kIcd10Cm, "G72.41"))}}.text(); }

  /// Everything that was logged; stops the server first.
  std::string log() {
    server_.stop();
    return lines_.str();
  }
  [[nodiscard]] std::uint64_t refused(certs::TokenFault fault) const { return gate_.counters().tokens.of(fault); }

 private:
  boost::asio::awaitable<std::optional<server::Response>> ask_gate(server::RequestHead& head) {
    bool const feedback = head.path.ends_with("/feedback");
    auto const caller = co_await gate_.gate().admit(head, "ivig-order-sign", feedback);
    server::Response response;
    response.status = caller ? 200 : 401;
    if (caller) response.headers.emplace_back("X-Tenant", caller->tenant);
    co_return response;
  }
  server::Handler gate_alone() {
    server::Handler handler;
    handler.on_head = [this](server::RequestHead& head) { return ask_gate(head); };
    return handler;
  }

  TestCertificates certificates_;
  std::ostringstream lines_;
  server::Log log_;
  app::KnowledgeSlot slot_;
  app::RouteSettings settings_;
  TestGate gate_;
  NoDecisions decisions_{log_};
  server::Limits limits_;
  fhir::RestClient rest_{nullptr};
  server::Server server_;
  std::uint16_t port_ = 0;
  std::uint16_t gate_port_ = 0;
};

}  // namespace ivig::test
