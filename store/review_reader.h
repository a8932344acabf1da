#pragma once
// Questions to the tables of reviews. For sql_reader.cpp; exceptions of SOCI pass through.

#include <optional>

#include "store/review_records.h"
#include "store/sql_session.h"

namespace ivig::store {

[[nodiscard]] DecisionReview read_review(soci::session& sql, std::string const& decision);
[[nodiscard]] std::vector<ReviewView> read_views(soci::session& sql, unsigned limit);
[[nodiscard]] std::optional<ReviewSession> read_session(soci::session& sql, std::string const& id);
/// Between each edge and the next one.
[[nodiscard]] std::vector<StanceCount> count_stances(soci::session& sql, std::vector<Time> const& edges);

}  // namespace ivig::store
