#pragma once
// Whom we trust when we call others.

#include <filesystem>
#include <memory>
#include <optional>

#include "base/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace ivig::certs {

/// The system's CA certificates (or those of SSL_CERT_FILE and SSL_CERT_DIR), and beside them those of `ca_file`, PEM.
/// Read once and shared by all connections. Errors: io or invalid_config, `where` being the file.
[[nodiscard]] base::Result<std::shared_ptr<x509_store_st>> load_outbound_trust(
    std::optional<std::filesystem::path> const& ca_file);

}  // namespace ivig::certs
