#include "app/config_file.h"

#include <cstdlib>

namespace ivig::app {

std::string config_file(std::string const& named) {
  if (!named.empty()) return named;
  char const* environment = std::getenv("IVIG_CDS_CONFIG");
  return environment == nullptr ? std::string{} : environment;
}

base::Result<Config> read_config(std::string const& named) {
  std::string const file = config_file(named);
  return file.empty() ? base::Result<Config>(Config{}) : load_config(file);
}

}  // namespace ivig::app
