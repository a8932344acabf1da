#pragma once
// The server's side of TLS: versions, ciphers, certificate, client certificates.

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"

namespace boost::asio::ssl {
class context;
}

namespace ivig::certs {

/// A certificate beside the first: for clients that ask for one of its DNS names.
struct NamedCertificate {
  std::filesystem::path certificate, key;
};

/// The files of `tls:` in the configuration, PEM each.
struct ServerTlsFiles {
  std::filesystem::path certificate;  ///< the server's certificate, then its intermediates
  std::filesystem::path key;
  std::optional<std::filesystem::path> client_ca{};  ///< whose client certificates are accepted
  bool require_client_certificate = false;           ///< needs client_ca
  std::vector<NamedCertificate> others{};            ///< tls.certificates
};

/// Reads the files and builds a context: TLS 1.2 (ECDHE with AEAD only) and 1.3, session tickets, no compression, no
/// renegotiation, ALPN http/1.1. The certificate is chosen by the server name that the client asks for (SNI): the first
/// that has it among its DNS names, wildcards included; `certificate` for any other name or none. A reload builds a new
/// context. May be called from any thread. REQ TLS-02, TLS-03, TLS-04
/// Errors: io or invalid_config; `where` is the file, `detail` says why and how to mend it.
[[nodiscard]] base::Result<std::shared_ptr<boost::asio::ssl::context>> load_server_tls(ServerTlsFiles const& files);

}  // namespace ivig::certs
