#pragma once
// `store` and the `store_` keys of the configuration.

#include <filesystem>
#include <map>
#include <string>

#include "app/config.h"
#include "app/config_node.h"

namespace ivig::app {

/// Reads `store`. Throws ConfigMistake.
[[nodiscard]] StoreConfig read_store(ConfigNode const& node, std::filesystem::path const& folder);

/// Reads the `store_` keys of the top level; key and spool lie beside a SQLite file unless they are named. Throws
/// ConfigMistake.
void read_store_settings(std::map<std::string, ConfigNode> const& members, std::filesystem::path const& folder,
                         StoreConfig& store);

}  // namespace ivig::app
