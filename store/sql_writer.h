#pragma once
// Records into tables: prepared once per connection. Exceptions of SOCI pass through to the transaction around it.

#include <cstddef>
#include <string>

#include "store/records.h"
#include "store/sql_session.h"

namespace ivig::store {

/// Uses the session it is given, which must outlive it. Every insert is idempotent: what is there already stays.
class SqlWriter {
 public:
  explicit SqlWriter(SqlSession& session);

  void insert(DecisionRecord const& decision);

  /// Whether the entry was new; then update_outcome is due for its card.
  [[nodiscard]] bool insert(FeedbackRecord const& entry);
  /// The newest feedback on a card becomes the outcome of the client's decisions that it went out with.
  void update_outcome(std::string const& client, std::string const& card);

  /// Whether the token was not there before.
  [[nodiscard]] bool insert(TokenUse const& token);

  /// For decisions that come late, out of the spool: feedback may have been there first.
  void adopt_feedback(DecisionRecord const& decision);

  /// Feedback and late decisions of two nodes look for one another's rows: one at a time on PostgreSQL.
  void serialise();

  /// Writes a row, to learn whether the database takes any.
  void probe(std::string const& node, std::int64_t beat);

  /// Removes up to `most` decisions older than the time, with their feedback. Returns how many decisions.
  [[nodiscard]] std::size_t expire_decisions(Time before, unsigned most);
  /// Tokens, and sessions of reviewers.
  void expire_tokens(std::chrono::sys_seconds now);

 private:
  soci::session& sql_;
  bool sqlite_;

  // Bound once; a statement sends what these hold when it is executed.
  DecisionRecord decision_;
  long long latency_ = 0, cards_ = 0;
  CardRecord card_;
  FeedbackRecord feedback_;
  long long outcome_ms_ = 0, received_ms_ = 0, expires_ = 0;
  std::string suggestions_;
  std::string issuer_, jti_;

  soci::statement insert_decision_, insert_document_, insert_card_, insert_feedback_, insert_token_, update_outcome_,
      adopt_feedback_;
};

}  // namespace ivig::store
