#include "app/store_setup.h"

#include "base/uuid.h"
#include "store/none_store.h"

namespace ivig::app {

store::SqlTarget sql_target(StoreConfig const& config) {
  auto const kind =
      config.kind == StoreKind::postgresql ? store::SqlTarget::Kind::postgresql : store::SqlTarget::Kind::sqlite;
  return {kind, config.target};
}

base::Result<store::References> references_of(StoreConfig const& config) {
  if (config.kind == StoreKind::none || config.plain_references) return store::References{};
  // What is gone with the process needs no key that outlives it.
  if (config.target == ":memory:") return store::References(base::random_hex(32));
  return store::References::with_key_file(config.key);
}

base::Result<std::unique_ptr<store::Store>> open_store(
    StoreConfig const& config, server::Log& log, std::function<void(std::chrono::nanoseconds, std::size_t)> on_commit) {
  if (config.kind == StoreKind::none) return std::unique_ptr<store::Store>(std::make_unique<store::NoneStore>());
  store::SqlStoreSettings settings;
  settings.target = sql_target(config);
  settings.spool = config.spool;
  settings.spool_bytes = config.spool_bytes;
  settings.memory_bytes = config.memory_bytes;
  settings.wait = config.wait;
  settings.keep = std::chrono::hours(24) * config.keep_days;
  settings.on_event = [&log](bool alarm, std::string_view event, std::string_view detail) {
    log.write(alarm ? server::LogLevel::error : server::LogLevel::info, event, {{"detail", detail}});
  };
  settings.on_commit = std::move(on_commit);
  return store::open_sql_store(std::move(settings));
}

}  // namespace ivig::app
