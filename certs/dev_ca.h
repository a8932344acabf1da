#pragma once
// `ivig-cds certs dev DIR`: what a developer needs to try TLS and signed calls on one machine.

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace ivig::certs {

/// Names of files inside the folder, in the order ca.pem, ca.key, server.pem, server.key, client.key, jwks.json.
struct DevCertificates {
  std::vector<std::string> written;
  std::vector<std::string> existing;  ///< left as they were
};

/// Makes in `folder` (created if need be):
///   ca.pem, ca.key           a CA that may vouch for localhost, 127.0.0.0/8 and ::1 only
///   server.pem, server.key   EC P-256, 398 days, for localhost, 127.0.0.1 and ::1; the CA's certificate follows
///   client.key, jwks.json    an ES384 key for a test client, private as PEM, public as a JWK set
/// Keys have mode 0600. Never overwrites: if all six exist nothing is done and `existing` names them; if some exist
/// nothing is written. `now` begins the validity, less a day for clocks that differ.
/// Errors: invalid_value if only some exist (which, and the fix); io; internal if OpenSSL fails.
[[nodiscard]] base::Result<DevCertificates> make_dev_certificates(std::filesystem::path const& folder, base::Now now);

}  // namespace ivig::certs
