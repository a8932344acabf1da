#pragma once
// Expressions over facts, compiled to a flat array (docs/rule-form.md, "Expressions").

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_body.h"
#include "base/result.h"
#include "rules/truth.h"

namespace ivig::rules {

using FactIndex = std::uint16_t;

/// Which conditions an order is for: a few of all that a rule set knows.
class IndicationTruths {
 public:
  /// Is the order for this condition? `no` for any that was not set.
  [[nodiscard]] Truth operator[](FactIndex condition) const {
    for (auto const& [known, value] : set_) {
      if (known == condition) return value;
    }
    return Truth::no;
  }
  void set(FactIndex condition, Truth value) {
    for (auto& [known, held] : set_) {
      if (known == condition) {
        held = value;
        return;
      }
    }
    if (value != Truth::no) set_.emplace_back(condition, value);
  }

 private:
  std::vector<std::pair<FactIndex, Truth>> set_;
};

/// What an expression is evaluated over: facts of the record and the conditions the order is for.
struct ExpressionInput {
  std::vector<Truth> const& facts;  ///< by FactIndex
  IndicationTruths const& indications;
};

/// An expression tree in post-order. An empty expression is "always true".
class Expression {
 public:
  /// Compiles the JSON form; `find` gives the index of a fact id. Errors: invalid_rules naming the unknown fact or
  /// form.
  [[nodiscard]] static base::Result<Expression> compile(
      base::Json const& form, std::function<std::optional<FactIndex>(std::string_view)> const& find);

  [[nodiscard]] Truth evaluate(ExpressionInput const& input) const;
  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  /// Every fact it mentions, each once, conditions of which it asks whether the order is for them included.
  [[nodiscard]] std::vector<FactIndex> const& facts() const { return facts_; }
  /// Every condition of which it asks whether the order is for it, each once.
  [[nodiscard]] std::vector<FactIndex> const& indications() const { return indications_; }

 private:
  enum class Op : std::uint8_t { fact, indication, all, any, negation, documented };
  struct Node {
    Op op;
    std::uint16_t operand;  ///< a fact, or the number of children that stand before the node
  };
  [[nodiscard]] base::Result<void> append(base::Json const& form,
                                          std::function<std::optional<FactIndex>(std::string_view)> const& find);

  std::vector<Node> nodes_;
  std::vector<FactIndex> facts_, indications_;
};

}  // namespace ivig::rules
