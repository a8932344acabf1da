#pragma once
// The tables, as numbered steps that are applied at start.

#include "base/result.h"
#include "store/sql_session.h"

namespace ivig::store {

/// The step that this program's tables are at.
[[nodiscard]] int newest_migration();

/// Brings the tables up to date, each step in a transaction of its own; nodes that start together wait for one another.
/// Errors: unavailable; invalid_config when a newer program has been here.
[[nodiscard]] base::Result<void> migrate(SqlSession& session);

/// Whether the tables are as this program knows them. Errors: as migrate, and invalid_config for older tables.
[[nodiscard]] base::Result<void> check_migrated(SqlSession& session);

}  // namespace ivig::store
