#pragma once
// A decision log that keeps nothing, for tests of other things.

#include "app/decision_log.h"
#include "store/none_store.h"

namespace ivig::test {

class NoDecisions {
 public:
  /// `log` must outlive it.
  explicit NoDecisions(server::Log& log) : log_({store_, references_, metrics_, log}) {}

  [[nodiscard]] app::DecisionLog const& log() const { return log_; }

 private:
  store::NoneStore store_;
  store::References references_;
  app::ServiceMetrics metrics_;
  app::DecisionLog log_;
};

}  // namespace ivig::test
