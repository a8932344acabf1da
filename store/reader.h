#pragma once
// Questions to the store. Functions block: for command lines and threads kept for it, never for a connection's thread.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/records.h"
#include "store/review_records.h"

namespace ivig::store {

/// Where the database is.
struct SqlTarget {
  enum class Kind { sqlite, postgresql } kind = Kind::sqlite;
  std::string where;  ///< the file, or the whole postgresql URL (it may hold a password: not for messages)
};

/// Errors of all functions: unavailable, with the database's own first line (no patient data).
class Reader {
 public:
  Reader() = default;
  Reader(Reader const&) = delete;
  Reader& operator=(Reader const&) = delete;
  virtual ~Reader() = default;

  /// A page of decisions, newest first, each with the newest feedback.
  [[nodiscard]] virtual base::Result<DecisionPage> list(DecisionQuery const& query) = 0;

  /// One decision with one page of the feedback on it, 1 to kMostFeedbackPages; not_found when there is none of that
  /// id.
  [[nodiscard]] virtual base::Result<StoredDecision> show(std::string_view id, unsigned feedback_page) = 0;
  [[nodiscard]] base::Result<StoredDecision> show(std::string_view id) { return show(id, 1); }

  /// What became of the cards of each leading recommendation, most overridden first.
  [[nodiscard]] virtual base::Result<std::vector<OverrideRate>> override_rates(std::optional<Time> from,
                                                                               std::optional<Time> until) = 0;

  /// What reviewers did about a decision.
  [[nodiscard]] virtual base::Result<DecisionReview> review_of(std::string_view decision) = 0;

  /// Who looked at what, newest first.
  [[nodiscard]] virtual base::Result<std::vector<ReviewView>> views(unsigned limit) = 0;

  /// A session by its id; not_found when there is none. That it has not expired is for the caller to see.
  [[nodiscard]] virtual base::Result<ReviewSession> session(std::string_view id) = 0;

  /// Decisions by stance, between each of `edges` and the next.
  [[nodiscard]] virtual base::Result<std::vector<StanceCount>> stances(std::vector<Time> const& edges) = 0;
};

/// Opens an existing database for questions only. Errors: not_found (no such file), unavailable, invalid_config when it
/// was made by another version of the program.
[[nodiscard]] base::Result<std::unique_ptr<Reader>> open_reader(SqlTarget const& target);

}  // namespace ivig::store
