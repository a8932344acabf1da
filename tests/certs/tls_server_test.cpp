#include "certs/tls_server.h"

#include <gtest/gtest.h>

#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "certs/openssl.h"
#include "tests/support/test_certificates.h"

// What must be refused before a port is opened; handshakes are in tests/server/server_test.cpp.

namespace ivig::certs {
namespace {

namespace fs = std::filesystem;
using base::Errc;
using test::TemporaryFolder;
using test::TestCertificates;

TestCertificates const& certificates() {
  static TestCertificates const made;
  return made;
}

fs::path write(TemporaryFolder const& folder, char const* name, std::string const& text) {
  fs::path file = folder.path() / name;
  std::ofstream(file) << text;
  return file;
}

/// A fresh key, locked with a password.
fs::path locked_key(TemporaryFolder const& folder) {
  fs::path file = folder.path() / "locked.key";
  KeyPtr const key(EVP_EC_gen("P-256"));
  BioPtr const out(BIO_new_file(file.c_str(), "w"));
  std::string password = "only for this test";
  PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(), password.data(),
                                static_cast<int>(password.size()), nullptr, nullptr);
  return file;
}

void expect_refused(ServerTlsFiles const& files, Errc code, std::string const& where,
                    std::vector<std::string> const& said) {
  auto const loaded = load_server_tls(files);
  ASSERT_FALSE(loaded) << where;
  EXPECT_EQ(loaded.error().code, code) << loaded.error().detail;
  EXPECT_EQ(loaded.error().where, where);
  for (std::string const& text : said) {
    EXPECT_NE(loaded.error().detail.find(text), std::string::npos) << text << " not in " << loaded.error().detail;
  }
  EXPECT_EQ(loaded.error().detail.find('\n'), std::string::npos) << "one line";
}

TEST(ServerTls, is_loaded_from_certificate_and_key_and_reloaded_as_often_as_wanted) {
  auto const first = load_server_tls(certificates().files());
  auto const second = load_server_tls(certificates().files());
  ASSERT_TRUE(first) << first.error().detail;
  ASSERT_TRUE(second);
  EXPECT_NE(first->get(), second->get());
}

TEST(ServerTls, accepts_a_ca_of_clients_required_or_not) {
  ServerTlsFiles files = certificates().files();
  files.client_ca = certificates().file("ca.pem");
  EXPECT_TRUE(load_server_tls(files));
  files.require_client_certificate = true;
  EXPECT_TRUE(load_server_tls(files));
}

TEST(ServerTls, names_the_file_that_is_missing_and_how_to_make_one) {
  for (char const* setting : {"tls.certificate", "tls.key", "tls.client_ca"}) {
    ServerTlsFiles files = certificates().files();
    std::string const missing = certificates().file("missing.pem");
    (setting == std::string("tls.certificate") ? files.certificate
     : setting == std::string("tls.key")       ? files.key
                                               : files.client_ca.emplace()) = missing;
    expect_refused(files, Errc::io, missing,
                   {"cannot be read: No such file or directory", std::string("mend the path in ") + setting,
                    "ivig-cds certs dev DIR"});
  }
}

TEST(ServerTls, refuses_a_folder) {
  TemporaryFolder folder;
  ServerTlsFiles files = certificates().files();
  files.certificate = folder.path();
  expect_refused(files, Errc::io, folder.path().string(), {"is a folder", "tls.certificate"});
}

TEST(ServerTls, refuses_what_is_no_certificate) {
  TemporaryFolder folder;
  for (std::string const text : {"", "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    ServerTlsFiles files = certificates().files();
    files.certificate = write(folder, "bad.pem", text);
    expect_refused(files, Errc::invalid_config, files.certificate.string(), {"cannot be used (", "tls.certificate"});
  }
  ServerTlsFiles swapped{certificates().file("server.key"), certificates().file("server.pem")};
  expect_refused(swapped, Errc::invalid_config, swapped.certificate.string(), {"tls.certificate must be PEM"});
}

TEST(ServerTls, refuses_what_is_no_key_or_not_the_certificates_own) {
  TemporaryFolder folder;
  ServerTlsFiles files = certificates().files();
  files.key = write(folder, "bad.key", "not PEM");
  expect_refused(files, Errc::invalid_config, files.key.string(), {"tls.key must be the certificate's private key"});
  for (char const* other : {"ca.key", "client.key"}) {
    files.key = certificates().file(other);
    expect_refused(files, Errc::invalid_config, files.key.string(), {"tls.key must be the"});
  }
}

TEST(ServerTls, refuses_a_key_with_a_password_instead_of_asking_for_it) {
  TemporaryFolder folder;
  ServerTlsFiles files = certificates().files();
  files.key = locked_key(folder);
  expect_refused(files, Errc::invalid_config, files.key.string(), {"without a password"});
}

TEST(ServerTls, refuses_a_ca_of_clients_that_is_none_and_a_demand_without_one) {
  TemporaryFolder folder;
  ServerTlsFiles files = certificates().files();
  files.client_ca = write(folder, "clients.pem", "not PEM");
  expect_refused(files, Errc::invalid_config, files.client_ca->string(), {"tls.client_ca must be a PEM file"});
  files.client_ca.reset();
  files.require_client_certificate = true;
  expect_refused(files, Errc::invalid_config, "tls.require_client_certificate", {"needs tls.client_ca"});
}

TEST(ServerTls, names_which_of_several_certificates_cannot_be_used) {
  TemporaryFolder folder;
  ServerTlsFiles files = certificates().files();
  files.others = {{files.certificate, files.key}, {files.certificate, certificates().file("missing.key")}};
  expect_refused(files, Errc::io, files.others[1].key.string(), {"tls.certificates[1].key"});
  files.others[1] = {certificates().file("ca.pem"), certificates().file("ca.key")};
  expect_refused(files, Errc::invalid_config, files.others[1].certificate.string(),
                 {"tls.certificates[1].certificate has no DNS name"});
}

TEST(ServerTls, error_of_one_load_does_not_show_in_the_next) {
  TemporaryFolder folder;
  ServerTlsFiles bad = certificates().files();
  bad.key = write(folder, "bad.key", "not PEM");
  ASSERT_FALSE(load_server_tls(bad));
  EXPECT_TRUE(load_server_tls(certificates().files()));
  EXPECT_EQ(take_openssl_error(), "unknown reason") << "the queue is empty";
}

}  // namespace
}  // namespace ivig::certs
