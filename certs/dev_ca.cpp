#include "certs/dev_ca.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/uuid.h"
#include "certs/base64url.h"
#include "certs/openssl.h"

namespace ivig::certs {
namespace {

using base::Errc;
using base::fail;

constexpr std::array<std::string_view, 6> kFiles{"ca.pem",     "ca.key",     "server.pem",
                                                 "server.key", "client.key", "jwks.json"};
constexpr std::chrono::days kCaLife(3650);
constexpr std::chrono::days kServerLife(398);  // what browsers accept at most
constexpr std::size_t kP384Bytes = 48;
// Whoever steals the development CA's key gains nothing beyond this machine.
constexpr char const* kOnlyThisMachine =
    "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
    "permitted;IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF";

tl::unexpected<base::Error> openssl_failed(std::string what) {
  return fail(Errc::internal, "OpenSSL", "cannot " + std::move(what) + ": " + take_openssl_error());
}

bool add_extension(X509* certificate, X509* issuer, int kind, char const* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> const extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  BignumPtr const number(BN_new());
  return number && BN_rand(number.get(), 126, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_time(ASN1_TIME* time, base::Now at) {
  return ASN1_TIME_set(time, static_cast<std::time_t>(at.time_since_epoch().count())) != nullptr;
}

CertificatePtr begin_certificate(EVP_PKEY* key, char const* name, base::Now now, std::chrono::days life) {
  CertificatePtr certificate(X509_new());
  auto const* const common_name = reinterpret_cast<unsigned char const*>(name);
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 || !set_serial(certificate.get()) ||
      !set_time(X509_getm_notBefore(certificate.get()), now - std::chrono::days(1)) ||
      !set_time(X509_getm_notAfter(certificate.get()), now - std::chrono::days(1) + life) ||
      X509_set_pubkey(certificate.get(), key) != 1 ||
      X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, common_name, -1, -1,
                                 0) != 1) {
    return nullptr;
  }
  return certificate;
}

CertificatePtr make_ca(EVP_PKEY* key, base::Now now) {
  CertificatePtr ca = begin_certificate(key, "ivig-cds development CA", now, kCaLife);
  if (!ca || X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) != 1 ||
      !add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(ca.get(), ca.get(), NID_name_constraints, kOnlyThisMachine) ||
      X509_sign(ca.get(), key, EVP_sha256()) == 0) {
    return nullptr;
  }
  return ca;
}

CertificatePtr make_server(EVP_PKEY* key, X509* ca, EVP_PKEY* ca_key, base::Now now) {
  CertificatePtr server = begin_certificate(key, "localhost", now, kServerLife);
  if (!server || X509_set_issuer_name(server.get(), X509_get_subject_name(ca)) != 1 ||
      !add_extension(server.get(), ca, NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(server.get(), ca, NID_key_usage, "critical,digitalSignature") ||
      !add_extension(server.get(), ca, NID_ext_key_usage, "serverAuth") ||
      !add_extension(server.get(), ca, NID_subject_key_identifier, "hash") ||
      !add_extension(server.get(), ca, NID_authority_key_identifier, "keyid:always") ||
      !add_extension(server.get(), ca, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") ||
      X509_sign(server.get(), ca_key, EVP_sha256()) == 0) {
    return nullptr;
  }
  return server;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  long const size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

/// Empty on failure, as key_pem.
std::string certificate_pem(X509* certificate) {
  BioPtr const memory(BIO_new(BIO_s_mem()));
  if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1) return {};
  return text_of(memory.get());
}

std::string key_pem(EVP_PKEY* key) {
  BioPtr const memory(BIO_new(BIO_s_mem()));
  if (!memory || PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return {};
  return text_of(memory.get());
}

/// Bytes as JOSE writes them.
template <std::size_t Size>
std::string base64url(std::array<unsigned char, Size> const& bytes) {
  return base64url_encode({reinterpret_cast<char const*>(bytes.data()), Size});
}

std::string coordinate(EVP_PKEY* key, char const* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return {};
  BignumPtr const owner(number);
  std::array<unsigned char, kP384Bytes> bytes{};
  if (BN_bn2binpad(number, bytes.data(), bytes.size()) != static_cast<int>(bytes.size())) return {};
  return base64url(bytes);
}

/// The public JWK set of an EC P-384 key; the kid is the key's thumbprint (RFC 7638).
std::string jwk_set(EVP_PKEY* key) {
  std::string const x = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X);
  std::string const y = coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y);
  if (x.empty() || y.empty()) return {};
  std::string const canonical = R"({"crv":"P-384","kty":"EC","x":")" + x + R"(","y":")" + y + R"("})";
  return R"({"keys": [{"kty": "EC", "crv": "P-384", "use": "sig", "alg": "ES384", "kid": ")" +
         base64url(base::sha256(canonical)) + R"(", "x": ")" + x + R"(", "y": ")" + y + "\"}]}\n";
}

/// Creates a file that must not exist yet; the mode holds from its first moment.
base::Result<void> write_new(std::filesystem::path const& file, std::string_view text, mode_t mode) {
  auto const failed = [&file](std::string_view what) {
    return fail(Errc::io, file.string(),
                "cannot be " + std::string(what) + ": " + std::error_code(errno, std::generic_category()).message() +
                    "; choose a folder that can be written");
  };
  int const descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return failed("created");
  while (!text.empty()) {
    ssize_t const count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      auto error = failed("written");
      ::close(descriptor);
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::close(descriptor) != 0) return failed("written");
  return {};
}

/// The contents of kFiles, in that order.
base::Result<std::array<std::string, kFiles.size()>> make_contents(base::Now now) {
  KeyPtr const ca_key(EVP_EC_gen("P-256"));
  KeyPtr const server_key(EVP_EC_gen("P-256"));
  KeyPtr const client_key(EVP_EC_gen("P-384"));
  if (!ca_key || !server_key || !client_key) return openssl_failed("make keys");
  CertificatePtr const ca = make_ca(ca_key.get(), now);
  if (!ca) return openssl_failed("make the CA certificate");
  CertificatePtr const server = make_server(server_key.get(), ca.get(), ca_key.get(), now);
  if (!server) return openssl_failed("make the server certificate");

  std::string const ca_text = certificate_pem(ca.get());
  std::array<std::string, kFiles.size()> contents{ca_text,
                                                  key_pem(ca_key.get()),
                                                  certificate_pem(server.get()) + ca_text,
                                                  key_pem(server_key.get()),
                                                  key_pem(client_key.get()),
                                                  jwk_set(client_key.get())};
  for (std::string const& text : contents) {
    if (text.empty()) return openssl_failed("write keys and certificates as text");
  }
  return contents;
}

std::string listed(std::vector<std::string> const& names) {
  std::string text;
  for (std::string const& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

base::Result<DevCertificates> make_dev_certificates(std::filesystem::path const& folder, base::Now now) {
  DevCertificates result;
  std::vector<std::string> missing;
  std::error_code error;
  for (std::string_view const name : kFiles) {
    // A dangling link counts as there: writing through it would create its target.
    auto const status = std::filesystem::symlink_status(folder / name, error);
    (std::filesystem::exists(status) ? result.existing : missing).emplace_back(name);
  }
  if (missing.empty()) return result;
  if (!result.existing.empty()) {
    return fail(Errc::invalid_value, folder.string(),
                "holds " + listed(result.existing) + " but not " + listed(missing) +
                    "; nothing was written: move these files away or choose another folder");
  }

  auto contents = make_contents(now);
  if (!contents) return tl::unexpected(std::move(contents).error());
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Errc::io, folder.string(), "cannot be created: " + error.message());
  for (std::size_t i = 0; i < kFiles.size(); ++i) {
    std::filesystem::path const file = folder / kFiles[i];
    mode_t const mode = kFiles[i].ends_with(".key") ? 0600 : 0644;
    if (auto written = write_new(file, (*contents)[i], mode); !written) {
      // Half a set would be in the way of the next attempt.
      for (std::string const& name : result.written) std::filesystem::remove(folder / name, error);
      return tl::unexpected(std::move(written).error());
    }
    result.written.emplace_back(kFiles[i]);
  }
  return result;
}

}  // namespace ivig::certs
