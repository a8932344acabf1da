#pragma once
// Which condition the order is for (docs/rule-form.md, "Which condition counts").

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "advice/statements.h"

namespace ivig::advice {

/// A condition fact that a statement names.
struct NamedCondition {
  rules::FactIndex fact;
  rules::Basis basis;
  bool broader;
  bool provisional;
  std::string_view from;     ///< the path of the statement
  bool abbreviated = false;  ///< by nothing but an abbreviation that has a second meaning
};

/// What a list of statements names, statement by statement, read once for all orders.
class NamedConditions {
 public:
  /// `lasting`: the same statements, perhaps read otherwise, that outlive it.
  NamedConditions(Knowledge const& knowledge, std::vector<Statement> const& statements,
                  std::vector<Statement> const& lasting);

  /// How a statement stands.
  struct Of {
    bool counts, refuted, provisional;
    std::size_t end;       ///< of what it names
    std::string unplaced;  ///< words of caution in it that were not understood
  };
  /// Calls f(statement, what it names).
  template <class F>
  void each(F&& f) const {
    std::size_t from = 0;
    for (Of const& statement : statements_) {
      f(statement, std::span<NamedCondition const>(named_).subspan(from, statement.end - from));
      from = statement.end;
    }
  }
  /// By FactIndex: some statement that counts names the condition in full, or holds words that its abbreviations are
  /// understood by.
  [[nodiscard]] bool support(rules::FactIndex fact) const { return !supports_.empty() && supports_[fact] != 0; }

 private:
  std::vector<Of> statements_;
  std::vector<NamedCondition> named_;
  std::vector<char> supports_;  // by FactIndex; empty: none
};

/// From the problems of the record and the reasons of the order: fills indications, source, reason_refuted and
/// contradicting of `facts`, whose values must be complete and derived.
void find_indications(Knowledge const& knowledge, NamedConditions const& problems,
                      std::vector<Statement> const& reasons, rules::Facts& facts);

}  // namespace ivig::advice
