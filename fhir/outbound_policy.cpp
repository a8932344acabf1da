#include "fhir/outbound_policy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace ivig::fhir {
namespace {

namespace ip = boost::asio::ip;
using base::Errc;
using base::fail;
using boost::system::error_code;

constexpr std::size_t kLongestUrl = 8192;

tl::unexpected<base::Error> malformed(char const* why) { return fail(Errc::invalid_value, "", why); }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// Letters, digits, '-', '_' and '.', and a last label that is no number: "127.1" and "0x7f.1" are addresses to some
/// resolvers, and names to nobody.
bool is_host_name(std::string_view host) {
  bool const plain = !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
                     std::all_of(host.begin(), host.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
                     });
  if (!plain || host.find("..") != std::string_view::npos) return false;
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string_view const last = host.substr(host.rfind('.') + 1);
  return !last.empty() && std::isdigit(static_cast<unsigned char>(last.front())) == 0;
}

/// The host as it is compared: an address in its one canonical form, or a name in lower case. Empty: neither.
std::string canonical_host(std::string_view host, bool bracketed) {
  error_code error;
  if (bracketed) {
    auto const address = ip::make_address_v6(std::string(host), error);
    return error || address.scope_id() != 0 ? std::string() : address.to_string();
  }
  auto const address = ip::make_address_v4(std::string(host), error);
  if (!error) return address.to_string();
  return is_host_name(host) ? lower(host) : std::string();
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

/// The IPv4 address that an IPv6 one carries (mapped, NAT64, 6to4), else the address itself.
ip::address unwrapped(ip::address const& address) {
  if (!address.is_v6()) return address;
  auto const bytes = address.to_v6().to_bytes();
  auto const v4 = [&](std::size_t at) {
    return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
  };
  if (address.to_v6().is_v4_mapped()) return v4(12);
  constexpr std::array<unsigned char, 12> kNat64{0, 0x64, 0xff, 0x9b};
  if (std::equal(kNat64.begin(), kNat64.end(), bytes.begin())) return v4(12);
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return v4(2);
  return address;
}

/// Whether the address belongs to the public network (RFC 6890 and its registries).
bool is_public(ip::address const& address) {
  if (address.is_v4()) {
    static std::array const special{
        ip::make_network_v4("0.0.0.0/8"),      ip::make_network_v4("10.0.0.0/8"),
        ip::make_network_v4("100.64.0.0/10"),  ip::make_network_v4("127.0.0.0/8"),
        ip::make_network_v4("169.254.0.0/16"), ip::make_network_v4("172.16.0.0/12"),
        ip::make_network_v4("192.0.0.0/24"),   ip::make_network_v4("192.0.2.0/24"),
        ip::make_network_v4("192.88.99.0/24"), ip::make_network_v4("192.168.0.0/16"),
        ip::make_network_v4("198.18.0.0/15"),  ip::make_network_v4("198.51.100.0/24"),
        ip::make_network_v4("203.0.113.0/24"), ip::make_network_v4("224.0.0.0/3"),
    };
    ip::network_v4 const host(address.to_v4(), 32);
    return std::none_of(special.begin(), special.end(),
                        [&](ip::network_v4 const& network) { return host.is_subnet_of(network); });
  }
  // 2000::/3 is all that is given out; in it, documentation, benchmarking and Teredo are not for connecting to.
  auto const bytes = address.to_v6().to_bytes();
  bool const special =
      bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] < 0x02 || (bytes[2] == 0x0d && bytes[3] == 0xb8));
  return (bytes[0] & 0xe0) == 0x20 && !special;
}

}  // namespace

std::string Origin::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (https ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string Origin::text() const { return (https ? "https://" : "http://") + authority(); }

base::Result<WebAddress> parse_web_address(std::string_view url) {
  if (url.size() > kLongestUrl) return malformed("is too long for a URL");
  // Backslashes are slashes to some parsers and not to others: two readings of one URL are one too many.
  bool const odd =
      std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '\\'; });
  if (odd) return malformed("holds characters that no URL may hold");
  std::size_t const colon = url.find("://");
  std::string const scheme = lower(url.substr(0, colon));
  WebAddress address;
  address.origin.https = scheme == "https";
  if (colon == std::string_view::npos || (scheme != "https" && scheme != "http"))
    return malformed("must begin with https:// or http://");
  std::string_view rest = url.substr(colon + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (rest.find('#') != std::string_view::npos) return malformed("must have no fragment");
  if (authority.find('@') != std::string_view::npos) return malformed("must hold no user name");
  address.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);

  bool const bracketed = authority.starts_with('[');
  std::size_t const host_end = bracketed ? authority.find(']') : authority.find(':');
  std::string_view host = authority.substr(0, host_end);
  std::string_view port = host_end == std::string_view::npos ? std::string_view() : authority.substr(host_end);
  if (bracketed) {
    if (host_end == std::string_view::npos) return malformed("has an IPv6 address without its closing bracket");
    host.remove_prefix(1);
    port.remove_prefix(1);
  }
  address.origin.host = canonical_host(host, bracketed);
  if (address.origin.host.empty()) return malformed("must name a host, or an address in its usual spelling");
  address.origin.port = address.origin.https ? 443 : 80;
  if (!port.empty() && port != ":") {
    auto const number = port.front() == ':' ? port_of(port.substr(1)) : std::nullopt;
    if (!number) return malformed("has a port that is no port");
    address.origin.port = *number;
  }
  return address;
}

base::Result<OutboundPolicy> OutboundPolicy::read(std::vector<std::string> const& allowed,
                                                  std::vector<std::string> const& private_networks) {
  OutboundPolicy policy;
  for (std::string const& url : allowed) {
    auto address = parse_web_address(url);
    if (!address) return fail(Errc::invalid_value, url, address.error().detail);
    policy.origins_.push_back(std::move(address->origin));
  }
  for (std::string const& text : private_networks) {
    error_code error_v4;
    error_code error_v6;
    auto const v4 = ip::make_network_v4(text, error_v4);
    if (!error_v4) {
      policy.networks_v4_.push_back(v4.canonical());
      continue;
    }
    auto const v6 = ip::make_network_v6(text, error_v6);
    if (error_v6) return fail(Errc::invalid_value, text, "must be a network such as 10.20.0.0/16 or fd00::/8");
    policy.networks_v6_.push_back(v6.canonical());
  }
  return policy;
}

base::Result<WebAddress> OutboundPolicy::permit(std::string_view url) const {
  auto address = parse_web_address(url);
  if (!address) return address;
  if (std::find(origins_.begin(), origins_.end(), address->origin) == origins_.end()) {
    return fail(Errc::forbidden, "", "this origin is not among those configured for the client");
  }
  return address;
}

bool OutboundPolicy::in_private_network(ip::address const& address) const {
  if (address.is_v4()) {
    ip::network_v4 const host(address.to_v4(), 32);
    return std::any_of(networks_v4_.begin(), networks_v4_.end(),
                       [&](ip::network_v4 const& network) { return network == host || host.is_subnet_of(network); });
  }
  ip::network_v6 const host(address.to_v6(), 128);
  return std::any_of(networks_v6_.begin(), networks_v6_.end(),
                     [&](ip::network_v6 const& network) { return network == host || host.is_subnet_of(network); });
}

bool OutboundPolicy::may_connect(Origin const& origin, ip::address const& address) const {
  ip::address const real = unwrapped(address);
  if (real.is_unspecified() || real.is_multicast()) return false;
  if (is_public(real) || in_private_network(real)) return true;
  return origin.host == real.to_string() || origin.host == address.to_string() ||
         (origin.host == "localhost" && real.is_loopback());
}

}  // namespace ivig::fhir
