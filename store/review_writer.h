#pragma once
// What reviewers do, into tables. Rare beside decisions: nothing is prepared ahead. Exceptions of SOCI pass through to
// the transaction around it.

#include <string>

#include "store/review_records.h"
#include "store/sql_session.h"

namespace ivig::store {

/// Writes one record under an id that sorts after those of earlier ones; a determination becomes that of its decision.
/// Throws when its decision does not exist.
void write_review(soci::session& sql, ReviewRecord const& record, std::string const& id);

/// Removes sessions that have ended.
void expire_sessions(soci::session& sql, std::chrono::sys_seconds now);

}  // namespace ivig::store
