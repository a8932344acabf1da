// Kleene logic and the compiled form of expressions (docs/rule-form.md, "Three values").

#include "rules/expression.h"

#include <gtest/gtest.h>

#include "base/json_body.h"

namespace ivig::rules {
namespace {

constexpr std::array kAll{Truth::no, Truth::yes, Truth::unknown};

TEST(Truth, AndIsFalseAsSoonAsOnePartIs) {
  for (Truth other : kAll) {
    EXPECT_EQ(truth_and(Truth::no, other), Truth::no);
    EXPECT_EQ(truth_and(other, Truth::no), Truth::no);
  }
  EXPECT_EQ(truth_and(Truth::yes, Truth::unknown), Truth::unknown);
  EXPECT_EQ(truth_and(Truth::yes, Truth::yes), Truth::yes);
}

TEST(Truth, OrIsTrueAsSoonAsOnePartIs) {
  for (Truth other : kAll) EXPECT_EQ(truth_or(Truth::yes, other), Truth::yes);
  EXPECT_EQ(truth_or(Truth::no, Truth::unknown), Truth::unknown);
  EXPECT_EQ(truth_or(Truth::no, Truth::no), Truth::no);
}

TEST(Truth, NotOfUnknownIsUnknown) { EXPECT_EQ(truth_not(Truth::unknown), Truth::unknown); }

/// Facts a, b, c have indices 0, 1, 2.
class Compiled {
 public:
  explicit Compiled(std::string const& form) : body_(std::move(*base::JsonBody::parse(form, {}))) {
    auto find = [](std::string_view name) -> std::optional<FactIndex> {
      if (name.size() == 1 && name[0] >= 'a' && name[0] <= 'c') return static_cast<FactIndex>(name[0] - 'a');
      return std::nullopt;
    };
    auto compiled = Expression::compile(body_->root(), find);
    if (compiled) expression_ = std::move(*compiled);
    else error_ = compiled.error().detail;
  }
  [[nodiscard]] Truth with(std::vector<Truth> const& facts, std::vector<Truth> const& indications = {}) const {
    IndicationTruths for_it;
    for (std::size_t i = 0; i < indications.size(); ++i) for_it.set(static_cast<FactIndex>(i), indications[i]);
    return expression_.evaluate({facts, for_it});
  }
  [[nodiscard]] std::string const& error() const { return error_; }
  [[nodiscard]] Expression const& expression() const { return expression_; }

 private:
  std::unique_ptr<base::JsonBody> body_;
  Expression expression_;
  std::string error_;
};

TEST(Expression, CombinesFactsByKleenesTables) {
  Compiled all(R"({"all": ["a", {"any": ["b", {"not": "c"}]}]})");
  ASSERT_EQ(all.error(), "");
  for (Truth a : kAll) {
    for (Truth b : kAll) {
      for (Truth c : kAll) EXPECT_EQ(all.with({a, b, c}), truth_and(a, truth_or(b, truth_not(c))));
    }
  }
}

TEST(Expression, DocumentedTurnsUnknownIntoFalse) {
  Compiled documented(R"({"documented": "a"})");
  EXPECT_EQ(documented.with({Truth::unknown, Truth::no, Truth::no}), Truth::no);
  EXPECT_EQ(documented.with({Truth::yes, Truth::no, Truth::no}), Truth::yes);
}

TEST(Expression, IndicationAsksWhatTheOrderIsForNotWhatTheRecordHolds) {
  Compiled indication(R"({"indication": "b"})");
  EXPECT_EQ(indication.with({Truth::yes, Truth::yes, Truth::yes}), Truth::no);
  EXPECT_EQ(indication.with({Truth::no, Truth::no, Truth::no}, {Truth::no, Truth::yes, Truth::no}), Truth::yes);
}

TEST(Expression, NamesEachFactOnce) {
  Compiled both(R"({"all": ["a", "b", {"not": "a"}]})");
  EXPECT_EQ(both.expression().facts(), (std::vector<FactIndex>{0, 1}));
}

TEST(Expression, AnEmptyOneIsAlwaysTrue) {
  Expression empty;
  std::vector<Truth> none;
  IndicationTruths for_none;
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(empty.evaluate({none, for_none}), Truth::yes);
}

TEST(Expression, SaysWhatIsWrongWithAForm) {
  EXPECT_NE(Compiled(R"("unheard-of")").error().find("unheard-of"), std::string::npos);
  EXPECT_NE(Compiled(R"({"every": ["a"]})").error(), "");
  EXPECT_NE(Compiled(R"({"all": "a"})").error(), "");
  EXPECT_NE(Compiled(R"({"all": ["a"], "any": ["b"]})").error(), "");
  EXPECT_NE(Compiled("7").error(), "");
}

}  // namespace
}  // namespace ivig::rules
