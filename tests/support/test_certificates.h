#pragma once
// Certificates of one test run: a development CA with its server certificate, in a temporary folder.

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "certs/dev_ca.h"
#include "certs/tls_server.h"
#include "tests/support/temporary_folder.h"

namespace ivig::test {

class TestCertificates {
 public:
  TestCertificates() {
    auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto made = certs::make_dev_certificates(folder_.path(), now);
    if (!made) throw std::runtime_error(made.error().detail);
  }

  [[nodiscard]] std::string file(char const* name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] certs::ServerTlsFiles files() const { return {file("server.pem"), file("server.key")}; }
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> context() const { return context(files()); }
  [[nodiscard]] static std::shared_ptr<boost::asio::ssl::context> context(certs::ServerTlsFiles const& files) {
    auto loaded = certs::load_server_tls(files);
    if (!loaded) throw std::runtime_error(loaded.error().detail);
    return *loaded;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace ivig::test
