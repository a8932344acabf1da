// The YAML of a configuration.

#include "app/config.h"
#include "tests/fuzz/check.h"

namespace {

using namespace ivig;
using fuzz::require;

void check_config(app::Config const& config) {
  require(!config.listen.empty(), "there is a listener");
  for (auto const& address : config.listen) {
    auto const again = server::ListenAddress::parse(address.text());
    require(again && *again == address, "an address reads back as it was", address.text());
    require(address.tls || address.is_loopback() || config.behind_proxy, "patient data are encrypted", address.text());
  }
  require(config.limits.http.body_bytes >= 1024 && config.limits.json_depth >= 8, "limits are in their range");
  require(config.tokens.max_life >= std::chrono::seconds(30), "a token's life is in its range");
  for (auto const& client : config.clients) {
    require(!client.name.empty() && !client.algorithms.empty(), "a client has a name and algorithms", client.name);
  }
  (void)config.needs_tls();
  (void)config.anonymous_client();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text = fuzz::text_of(data, size);
  auto const config = app::parse_config(text, "/etc/ivig/ivig-cds.yaml");
  if (config) {
    check_config(*config);
    return 0;
  }
  auto const& error = config.error();
  require(error.code == base::Errc::invalid_config, "a mistake is one of the configuration", error.detail);
  require(error.where.starts_with("/etc/ivig/ivig-cds.yaml"), "a mistake names the file", error.where);
  require(!error.detail.empty() && error.detail.find('\n') == std::string::npos, "a mistake is told in one line",
          error.detail);
  return 0;
}
