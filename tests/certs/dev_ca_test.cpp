#include "certs/dev_ca.h"

#include <gtest/gtest.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "certs/openssl.h"
#include "tests/support/temporary_folder.h"

namespace ivig::certs {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

constexpr base::Now kNow{std::chrono::seconds(1795527600)};  // 2026-11-24
Names const kAll{"ca.pem", "ca.key", "server.pem", "server.key", "client.key", "jwks.json"};

std::string read(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(fs::path const& file, std::string const& text) { std::ofstream(file) << text; }

std::vector<CertificatePtr> certificates(fs::path const& file) {
  BioPtr const in(BIO_new_file(file.c_str(), "r"));
  std::vector<CertificatePtr> found;
  while (CertificatePtr next{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) found.push_back(std::move(next));
  ERR_clear_error();  // the end of the file is one
  return found;
}

KeyPtr key(fs::path const& file) {
  BioPtr const in(BIO_new_file(file.c_str(), "r"));
  return KeyPtr(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
}

/// X509_V_OK, or why `certificate` is not trusted for serving at `at`.
int verify(X509* certificate, X509* ca, base::Now at) {
  std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> const store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), ca);
  std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> const context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_time(context.get(), 0, static_cast<std::time_t>(at.time_since_epoch().count()));
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

/// The text member `name` of the one key in a JWK set.
std::string jwk_member(std::string const& jwks, std::string const& name) {
  std::string const begin = "\"" + name + "\": \"";
  std::size_t const at = jwks.find(begin);
  if (at == std::string::npos) return {};
  return jwks.substr(at + begin.size(), jwks.find('"', at + begin.size()) - at - begin.size());
}

TEST(DevCertificates, are_made_whole_in_a_folder_that_need_not_exist) {
  TemporaryFolder folder;
  fs::path const inside = folder.path() / "certs" / "dev";
  auto const made = make_dev_certificates(inside, kNow);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->written, kAll);
  EXPECT_TRUE(made->existing.empty());
  for (std::string const& name : kAll) EXPECT_FALSE(read(inside / name).empty()) << name;
}

TEST(DevCertificates, are_never_overwritten) {
  TemporaryFolder folder;
  ASSERT_TRUE(make_dev_certificates(folder.path(), kNow));
  std::map<std::string, std::string> before;
  for (std::string const& name : kAll) before[name] = read(folder.path() / name);
  auto const again = make_dev_certificates(folder.path(), kNow);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->written.empty());
  EXPECT_EQ(again->existing, kAll);
  for (std::string const& name : kAll) EXPECT_EQ(read(folder.path() / name), before[name]) << name;
}

TEST(DevCertificates, are_not_mixed_with_some_that_are_there) {
  for (std::string const& name : kAll) {
    TemporaryFolder folder;
    write(folder.path() / name, "mine");
    auto const made = make_dev_certificates(folder.path(), kNow);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, base::Errc::invalid_value);
    EXPECT_EQ(made.error().where, folder.path().string());
    EXPECT_NE(made.error().detail.find("holds " + name), std::string::npos) << made.error().detail;
    EXPECT_NE(made.error().detail.find("move these files away"), std::string::npos) << made.error().detail;
    EXPECT_EQ(read(folder.path() / name), "mine");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1) << name;
  }
}

TEST(DevCertificates, are_not_written_through_a_link_to_nowhere) {
  TemporaryFolder folder;
  fs::create_symlink(folder.path() / "elsewhere", folder.path() / "ca.key");
  EXPECT_FALSE(make_dev_certificates(folder.path(), kNow));
  EXPECT_FALSE(fs::exists(folder.path() / "elsewhere"));
}

TEST(DevCertificates, say_where_they_could_not_be_written) {
  TemporaryFolder folder;
  write(folder.path() / "file", "");
  auto const made = make_dev_certificates(folder.path() / "file" / "dev", kNow);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::Errc::io);
  EXPECT_EQ(made.error().where, (folder.path() / "file" / "dev").string());
}

TEST(DevCertificates, keep_keys_to_their_owner_and_out_of_public_files) {
  TemporaryFolder folder;
  ASSERT_TRUE(make_dev_certificates(folder.path(), kNow));
  for (std::string const& name : kAll) {
    bool const secret = name.ends_with(".key");
    if (secret) {
      EXPECT_EQ(fs::status(folder.path() / name).permissions(), fs::perms::owner_read | fs::perms::owner_write) << name;
    }
    EXPECT_EQ(read(folder.path() / name).find("PRIVATE KEY") != std::string::npos, secret) << name;
  }
}

TEST(DevCertificates, of_the_server_are_vouched_for_by_the_ca_for_this_machine_only_REQ_TLS_03) {
  TemporaryFolder folder;
  ASSERT_TRUE(make_dev_certificates(folder.path(), kNow));
  auto const ca = certificates(folder.path() / "ca.pem");
  auto const chain = certificates(folder.path() / "server.pem");
  ASSERT_EQ(ca.size(), 1);
  ASSERT_EQ(chain.size(), 2) << "the server's certificate, then the CA's";
  X509* const server = chain[0].get();
  EXPECT_EQ(verify(server, ca[0].get(), kNow), X509_V_OK);
  EXPECT_EQ(X509_cmp(chain[1].get(), ca[0].get()), 0);

  EXPECT_EQ(X509_check_host(server, "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(server, "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(server, "::1", 0), 1);
  EXPECT_EQ(X509_check_host(server, "cds.example.org", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(server, "127.0.0.2", 0), 0);
  EXPECT_EQ(X509_check_ca(server), 0);
  EXPECT_EQ(X509_check_ca(ca[0].get()), 1);
  EXPECT_NE(X509_get_ext_by_NID(ca[0].get(), NID_name_constraints, -1), -1);

  EXPECT_EQ(X509_check_private_key(server, key(folder.path() / "server.key").get()), 1);
  EXPECT_EQ(X509_check_private_key(ca[0].get(), key(folder.path() / "ca.key").get()), 1);
  EXPECT_EQ(X509_check_private_key(server, key(folder.path() / "client.key").get()), 0);
}

TEST(DevCertificates, are_valid_from_a_day_before_now_for_398_days) {
  using std::chrono::days;
  using std::chrono::seconds;
  TemporaryFolder folder;
  ASSERT_TRUE(make_dev_certificates(folder.path(), kNow));
  auto const ca = certificates(folder.path() / "ca.pem");
  auto const server = certificates(folder.path() / "server.pem");
  base::Now const begin = kNow - days(1);
  EXPECT_EQ(verify(server[0].get(), ca[0].get(), begin + seconds(1)), X509_V_OK);
  EXPECT_EQ(verify(server[0].get(), ca[0].get(), begin - seconds(1)), X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(verify(server[0].get(), ca[0].get(), begin + days(398) - seconds(1)), X509_V_OK);
  EXPECT_EQ(verify(server[0].get(), ca[0].get(), begin + days(398) + seconds(1)), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(DevCertificates, of_two_folders_do_not_vouch_for_each_other) {
  TemporaryFolder one;
  TemporaryFolder other;
  ASSERT_TRUE(make_dev_certificates(one.path(), kNow));
  ASSERT_TRUE(make_dev_certificates(other.path(), kNow));
  auto const ca = certificates(other.path() / "ca.pem");
  auto const server = certificates(one.path() / "server.pem");
  EXPECT_NE(verify(server[0].get(), ca[0].get(), kNow), X509_V_OK);
}

TEST(ClientKey, stands_in_the_jwk_set_with_its_public_half_only) {
  TemporaryFolder folder;
  ASSERT_TRUE(make_dev_certificates(folder.path(), kNow));
  std::string const jwks = read(folder.path() / "jwks.json");
  EXPECT_EQ(jwk_member(jwks, "kty"), "EC");
  EXPECT_EQ(jwk_member(jwks, "crv"), "P-384");
  EXPECT_EQ(jwk_member(jwks, "alg"), "ES384");
  EXPECT_EQ(jwk_member(jwks, "kid").size(), 43);  // SHA-256 in base64url, RFC 7638
  EXPECT_EQ(jwks.find("\"d\""), std::string::npos);

  KeyPtr const client = key(folder.path() / "client.key");
  ASSERT_TRUE(client);
  for (auto const& [name, parameter] :
       {std::pair("x", OSSL_PKEY_PARAM_EC_PUB_X), std::pair("y", OSSL_PKEY_PARAM_EC_PUB_Y)}) {
    std::string text = jwk_member(jwks, name);
    ASSERT_EQ(text.size(), 64) << "48 bytes, leading zeros kept (RFC 7518 6.2.1.2)";
    for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
    std::array<unsigned char, 48> bytes{};
    ASSERT_EQ(EVP_DecodeBlock(bytes.data(), reinterpret_cast<unsigned char const*>(text.data()), 64), 48);
    BIGNUM* number = nullptr;
    ASSERT_EQ(EVP_PKEY_get_bn_param(client.get(), parameter, &number), 1);
    BignumPtr const owner(number);
    std::array<unsigned char, 48> expected{};
    BN_bn2binpad(number, expected.data(), 48);
    EXPECT_EQ(bytes, expected) << name;
  }
}

}  // namespace
}  // namespace ivig::certs
