#pragma once
// The one place that says whether an address may be contacted. Knows no HTTP client; used for FHIR servers and key
// sets.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "base/result.h"

namespace ivig::fhir {

/// Scheme, host and port: what one server is known by. RFC 6454
struct Origin {
  bool https = true;
  std::string host;  ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 443;

  bool operator==(Origin const&) const = default;
  /// "https://ehr.example.org", with the port where it is not the scheme's own.
  [[nodiscard]] std::string text() const;
  /// The value of a Host header: as text(), without the scheme.
  [[nodiscard]] std::string authority() const;
};

/// A URL taken apart: what may be connected to, and what is asked for there.
struct WebAddress {
  Origin origin;
  std::string target;  ///< path and query as written, "/" at least
};

/// Reads an absolute http or https URL. Errors (invalid_value): another scheme, user info, a fragment, blanks or
/// control characters, a port that is none, a host that is neither a name nor an address in its usual spelling ("127.1"
/// and "0x7f000001" are none).
[[nodiscard]] base::Result<WebAddress> parse_web_address(std::string_view url);

/// What one client's configuration allows to contact. Immutable; may be read from any thread.
class OutboundPolicy {
 public:
  /// Nothing may be contacted.
  OutboundPolicy() = default;

  /// `allowed`: URLs whose origins may be contacted, http:// ones only if written so. `private_networks`: CIDR ranges
  /// ("10.20.0.0/16", "fd00::/8") that the names of those origins may lead to.
  /// Errors: invalid_value; `where` is the entry.
  [[nodiscard]] static base::Result<OutboundPolicy> read(std::vector<std::string> const& allowed,
                                                         std::vector<std::string> const& private_networks);

  [[nodiscard]] bool allows_nothing() const { return origins_.empty(); }

  /// The URL taken apart, if its origin is allowed. Errors: invalid_value, or forbidden. REQ FHIR-08, JWT-16, REQ-04
  [[nodiscard]] base::Result<WebAddress> permit(std::string_view url) const;

  /// Whether `address`, which the host of an allowed origin led to, may be connected to. Public addresses may.
  /// Loopback, private, link-local and other addresses that are not the public network's may only where the
  /// configuration says so: by the address itself (or "localhost") as host, or by a private network. REQ FHIR-08
  [[nodiscard]] bool may_connect(Origin const& origin, boost::asio::ip::address const& address) const;

 private:
  [[nodiscard]] bool in_private_network(boost::asio::ip::address const& address) const;

  std::vector<Origin> origins_;
  std::vector<boost::asio::ip::network_v4> networks_v4_;
  std::vector<boost::asio::ip::network_v6> networks_v6_;
};

}  // namespace ivig::fhir
