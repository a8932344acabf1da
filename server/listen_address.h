#pragma once
// Where a listener binds: "https://127.0.0.1:8443", "http://[::1]:0".

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace ivig::server {

struct ListenAddress {
  bool tls = false;
  std::string host;        ///< an IP address without brackets, or a name
  std::uint16_t port = 0;  ///< 0 lets the system choose

  /// Reads scheme://host:port; the port may be left out (80, 443), a trailing slash is allowed.
  /// Errors: invalid_value with the fix in `detail`.
  [[nodiscard]] static base::Result<ListenAddress> parse(std::string_view text);

  /// Whether only this machine can reach it: 127.0.0.0/8, ::1 or localhost.
  [[nodiscard]] bool is_loopback() const;
  /// As parse reads it: "https://[::1]:8443".
  [[nodiscard]] std::string text() const;

  bool operator==(ListenAddress const&) const = default;
};

}  // namespace ivig::server
