#pragma once
// `limits` of the configuration.

#include "app/config.h"
#include "app/config_node.h"

namespace ivig::app {

/// Throws ConfigMistake.
[[nodiscard]] LimitsConfig read_limits(ConfigNode const& node);

}  // namespace ivig::app
