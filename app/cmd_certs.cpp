// ivig-cds certs dev

#include <chrono>
#include <iostream>

#include "app/commands.h"
#include "app/diagnostics.h"
#include "certs/dev_ca.h"

namespace ivig::app {

int run_certs_dev(std::string const& folder) {
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto made = certs::make_dev_certificates(folder, now);
  if (!made) return refuse(made.error());
  for (auto const& file : made->written) std::cout << "wrote " << folder << "/" << file << "\n";
  for (auto const& file : made->existing) std::cout << "kept  " << folder << "/" << file << "\n";
  if (!made->written.empty()) {
    std::cout << "For development only. Trust the CA in a client: curl --cacert " << folder << "/ca.pem ...\n";
  }
  return 0;
}

}  // namespace ivig::app
