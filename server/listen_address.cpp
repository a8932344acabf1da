#include "server/listen_address.h"

#include "base/asio.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include "server/text.h"

namespace ivig::server {
namespace {

using base::Errc;
using base::fail;

std::optional<boost::asio::ip::address> ip_address(std::string const& host) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (error) return {};
  return address;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    char const low = ascii_lower(c);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

/// "1.2.3" or "300.1.1.1": meant as an address, and surely not a name.
bool looks_numeric(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace

base::Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  std::string const where(text);
  auto const refuse = [&where](std::string detail) { return fail(Errc::invalid_value, where, std::move(detail)); };

  ListenAddress address;
  std::string_view rest = text;
  if (equal_without_case(rest.substr(0, 8), "https://")) {
    address.tls = true;
    rest.remove_prefix(8);
  } else if (equal_without_case(rest.substr(0, 7), "http://")) {
    rest.remove_prefix(7);
  } else {
    return refuse("must begin with https:// or http://, such as https://127.0.0.1:8443");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@") != std::string_view::npos) {
    return refuse("must be scheme, host and port only, such as https://127.0.0.1:8443");
  }

  std::string_view port;
  if (rest.starts_with('[')) {
    std::size_t const end = rest.find(']');
    if (end == std::string_view::npos) return refuse("lacks the ] that ends the IPv6 address");
    address.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
    auto const ip = ip_address(address.host);
    if (!ip || !ip->is_v6()) return refuse("holds no IPv6 address between the brackets, such as https://[::1]:8443");
  } else {
    std::size_t const colon = rest.find(':');
    if (colon != std::string_view::npos && rest.find(':', colon + 1) != std::string_view::npos) {
      return refuse("needs brackets around an IPv6 address, such as https://[::1]:8443");
    }
    address.host = rest.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
    if (!is_host_name(address.host)) return refuse("lacks a host, such as 127.0.0.1 or 0.0.0.0");
    if (looks_numeric(address.host) && !ip_address(address.host)) {
      return refuse("holds no IPv4 address, such as 127.0.0.1");
    }
  }

  if (port.empty()) {
    address.port = address.tls ? 443 : 80;
    return address;
  }
  if (!port.starts_with(':')) return refuse("needs a colon before the port");
  port.remove_prefix(1);
  auto const [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) return refuse("needs a port from 0 to 65535");
  return address;
}

bool ListenAddress::is_loopback() const {
  if (equal_without_case(host, "localhost")) return true;
  auto const ip = ip_address(host);
  return ip && ip->is_loopback();
}

std::string ListenAddress::text() const {
  std::string out = tls ? "https://" : "http://";
  bool const brackets = host.find(':') != std::string::npos;
  if (brackets) out += '[';
  out += host;
  if (brackets) out += ']';
  out += ':';
  out += std::to_string(port);
  return out;
}

}  // namespace ivig::server
