#pragma once
// From the configuration to a store.

#include <memory>

#include "app/config.h"
#include "server/log.h"
#include "store/references.h"
#include "store/sql_store.h"
#include "store/store.h"

namespace ivig::app {

/// Where the database of the configuration is; for store: none a target that cannot be opened.
[[nodiscard]] store::SqlTarget sql_target(StoreConfig const& config);

/// How references are kept; makes the key at the first start. Errors: those of References::with_key_file.
[[nodiscard]] base::Result<store::References> references_of(StoreConfig const& config);

/// Opens what is configured; events go to the log, which must outlive the store. Errors: those of open_sql_store.
/// `on_commit`: see SqlStoreSettings.
[[nodiscard]] base::Result<std::unique_ptr<store::Store>> open_store(
    StoreConfig const& config, server::Log& log, std::function<void(std::chrono::nanoseconds, std::size_t)> on_commit);

}  // namespace ivig::app
