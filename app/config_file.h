#pragma once
// Which configuration a command goes by.

#include <string>

#include "app/config.h"

namespace ivig::app {

/// The file that was named, else that of IVIG_CDS_CONFIG, else empty.
[[nodiscard]] std::string config_file(std::string const& named);

/// The configuration of that file; without one, the defaults. Errors: those of load_config.
[[nodiscard]] base::Result<Config> read_config(std::string const& named);

}  // namespace ivig::app
