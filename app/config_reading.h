#pragma once
// The members of `limits` that say how much of a call is read and answered.

#include <map>
#include <string>

#include "app/config.h"
#include "app/config_node.h"

namespace ivig::app {

void read_reading_limits(std::map<std::string, ConfigNode> const& members, LimitsConfig& limits);

}  // namespace ivig::app
