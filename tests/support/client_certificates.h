#pragma once
// Certificates of TLS clients, with a CA of their own: made by the openssl program.

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ivig::test {

class ClientCertificates {
 public:
  ClientCertificates() {
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Clients CA' -keyout " +
        file("ca.key") + " -out " + file("ca.pem"));
  }

  [[nodiscard]] std::string ca() const { return file("ca.pem"); }

  /// Makes NAME.pem and NAME.key; `subject` as "/O=Hospital/CN=ehr", `names` as "DNS:ehr.example.org,URI:urn:x".
  void make(std::string const& name, std::string const& subject, std::string const& names) const {
    run("openssl req -x509 -CA " + ca() + " -CAkey " + file("ca.key") +
        " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '" + subject +
        "' -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=clientAuth -addext 'subjectAltName=" +
        names + "' -keyout " + file(name + ".key") + " -out " + file(name + ".pem"));
  }
  [[nodiscard]] std::string file(std::string const& name) const { return (folder_.path() / name).string(); }

 private:
  static void run(std::string const& command) {
    if (std::system((command + " 2>/dev/null").c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  TemporaryFolder folder_;
};

}  // namespace ivig::test
