#include "certs/tls_server.h"

#include "base/asio.h"

#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/regular_file.h"
#include "certs/openssl.h"

namespace ivig::certs {
namespace {

using base::Errc;
using base::Error;
using base::fail;
using Context = boost::asio::ssl::context;

// Forward secrecy and authenticated encryption; the suites of TLS 1.3 are all of that kind.
constexpr char const* kTls12Ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr std::array<unsigned char, 8> kSessionContext{'i', 'v', 'i', 'g', '-', 'c', 'd', 's'};
constexpr std::array<unsigned char, 9> kHttp11{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// OpenSSL opens by name and would wait for a FIFO's writer.
base::Result<void> check_readable(std::filesystem::path const& file, std::string_view setting) {
  auto const opened = base::open_regular_file(file.string());
  if (opened) return {};
  return fail(Errc::io, file.string(),
              opened.error().detail + "; let the server's user read it, mend the path in " + std::string(setting) +
                  ", or make development certificates with: ivig-cds certs dev DIR");
}

tl::unexpected<Error> unusable(std::filesystem::path const& file, std::string_view fix) {
  return fail(Errc::invalid_config, file.string(),
              "cannot be used (" + take_openssl_error() + "); " + std::string(fix));
}

/// HTTP/1.1 if the client offers it; a client that offers other protocols only is left to find out by itself.
int select_protocol(SSL* /*connection*/, unsigned char const** out, unsigned char* out_length,
                    unsigned char const* offered, unsigned offered_length, void* /*unused*/) {
  unsigned char* chosen = nullptr;
  int const found = SSL_select_next_proto(&chosen, out_length, kHttp11.data(), kHttp11.size(), offered, offered_length);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

/// Versions, ciphers and options; these fail only with an OpenSSL that lacks them.
bool set_policy(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_SINGLE_ECDH_USE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets carry the sessions
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kTls12Ciphers) == 1 &&
         SSL_CTX_set_session_id_context(context, kSessionContext.data(), kSessionContext.size()) == 1;
}

/// An encrypted key would make the process ask for its password on the terminal, and hang.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) { return 0; }

base::Result<void> trust_clients(SSL_CTX* context, ServerTlsFiles const& files) {
  if (!files.client_ca) {
    if (!files.require_client_certificate) return {};
    return fail(Errc::invalid_config, "tls.require_client_certificate", "needs tls.client_ca, the file of the CA");
  }
  std::filesystem::path const& file = *files.client_ca;
  if (auto readable = check_readable(file, "tls.client_ca"); !readable) return readable;
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr || SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return unusable(file, "tls.client_ca must be a PEM file with the CA certificates of the clients");
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(
      context, SSL_VERIFY_PEER | (files.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return {};
}

/// A context that serves one certificate; `prefix` is where the files are named, "tls." or "tls.certificates[0].".
base::Result<void> set_up(Context& context, NamedCertificate const& own, ServerTlsFiles const& files,
                          std::string const& prefix) {
  std::string const certificate = prefix + "certificate", key = prefix + "key";
  if (auto readable = check_readable(own.certificate, certificate); !readable) return readable;
  if (auto readable = check_readable(own.key, key); !readable) return readable;
  SSL_CTX* const raw = context.native_handle();
  if (!set_policy(raw)) return fail(Errc::internal, "TLS", "OpenSSL refused the settings: " + take_openssl_error());
  SSL_CTX_set_default_passwd_cb(raw, no_password);
  if (SSL_CTX_use_certificate_chain_file(raw, own.certificate.c_str()) != 1) {
    return unusable(own.certificate, certificate + " must be PEM: the server's certificate, then its intermediates");
  }
  if (SSL_CTX_use_PrivateKey_file(raw, own.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable(own.key, key + " must be the certificate's private key as PEM, without a password");
  }
  if (SSL_CTX_check_private_key(raw) != 1) {
    return unusable(own.key, key + " must be the private key of " + own.certificate.string());
  }
  return trust_clients(raw, files);
}

bool has_dns_name(X509 const* certificate) {
  auto* const names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  bool found = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) found |= sk_GENERAL_NAME_value(names, i)->type == GEN_DNS;
  GENERAL_NAMES_free(names);
  return found;
}

/// The context that connections begin with, and those that may take its place.
struct ByName {
  Context first{Context::tls_server};
  std::vector<std::unique_ptr<Context>> others;
};

/// The name is known before anything is signed. Verification of clients, tickets and policy are alike in all contexts.
int select_certificate(SSL* connection, int* /*alert*/, void* all) {
  char const* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  auto const has_name = [name](Context& context) {
    return X509_check_host(SSL_CTX_get0_certificate(context.native_handle()), name, 0,
                           X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
  };
  auto& by_name = *static_cast<ByName*>(all);
  if (has_name(by_name.first)) return SSL_TLSEXT_ERR_OK;
  for (auto const& other : by_name.others) {
    if (!has_name(*other)) continue;
    SSL_set_SSL_CTX(connection, other->native_handle());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;  // not an error: probes and monitors ask for anything
}

}  // namespace

base::Result<std::shared_ptr<Context>> load_server_tls(ServerTlsFiles const& files) {
  ERR_clear_error();
  auto all = std::make_shared<ByName>();
  auto ready = set_up(all->first, {files.certificate, files.key}, files, "tls.");
  if (!ready) return tl::unexpected(std::move(ready).error());
  for (std::size_t i = 0; i < files.others.size(); ++i) {
    std::string const prefix = "tls.certificates[" + std::to_string(i) + "].";
    NamedCertificate const& own = files.others[i];
    Context& context = *all->others.emplace_back(std::make_unique<Context>(Context::tls_server));
    ready = set_up(context, own, files, prefix);
    if (!ready) return tl::unexpected(std::move(ready).error());
    if (!has_dns_name(SSL_CTX_get0_certificate(context.native_handle()))) {
      return fail(Errc::invalid_config, own.certificate.string(),
                  prefix + "certificate has no DNS name (subjectAltName) that a client could ask for");
    }
  }
  if (!all->others.empty()) {
    SSL_CTX* const first = all->first.native_handle();
    // What the macro SSL_CTX_set_tlsext_servername_callback does, without its C cast.
    SSL_CTX_callback_ctrl(first, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, reinterpret_cast<void (*)()>(select_certificate));
    SSL_CTX_set_tlsext_servername_arg(first, all.get());
  }
  return std::shared_ptr<Context>(all, &all->first);
}

}  // namespace ivig::certs
