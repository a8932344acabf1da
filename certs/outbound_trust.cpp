#include "certs/outbound_trust.h"

#include <openssl/err.h>

#include "base/regular_file.h"
#include "certs/openssl.h"

namespace ivig::certs {

base::Result<std::shared_ptr<x509_store_st>> load_outbound_trust(std::optional<std::filesystem::path> const& ca_file) {
  std::shared_ptr<x509_store_st> store(X509_STORE_new(), X509_STORE_free);
  if (!store) return base::fail(base::Errc::internal, "", "OpenSSL: " + take_openssl_error());
  X509_STORE_set_default_paths(store.get());  // none on a bare system: then only `ca_file` counts
  if (ca_file) {
    // OpenSSL opens by name and would wait for a FIFO's writer.
    auto const opened = base::open_regular_file(ca_file->string());
    if (!opened) {
      return base::fail(base::Errc::invalid_config, ca_file->string(),
                        opened.error().detail + "; mend the path in tls.outbound_ca");
    }
  }
  if (ca_file && X509_STORE_load_file(store.get(), ca_file->c_str()) != 1) {
    return base::fail(base::Errc::invalid_config, ca_file->string(),
                      "cannot be read as CA certificates in PEM form: " + take_openssl_error());
  }
  ERR_clear_error();
  return store;
}

}  // namespace ivig::certs
