#include "rules/expression.h"

#include <array>
#include <set>

#include "base/json_read.h"

namespace ivig::rules {

using base::Errc;
using base::fail;
using base::Json;

namespace {
/// Deeper expressions than this are a mistake, not medicine; the evaluator's stack is this big.
constexpr std::size_t kMaxNodes = 256;
}  // namespace

base::Result<Expression> Expression::compile(Json const& form,
                                             std::function<std::optional<FactIndex>(std::string_view)> const& find) {
  Expression expression;
  if (form.IsNull()) return expression;
  auto appended = expression.append(form, find);
  if (!appended) return tl::unexpected(appended.error());
  if (expression.nodes_.size() > kMaxNodes) return fail(Errc::invalid_rules, "", "expression with more than 256 parts");
  std::set<FactIndex> facts, indications;
  for (auto const& node : expression.nodes_) {
    if (node.op != Op::fact && node.op != Op::indication) continue;
    facts.insert(node.operand);
    if (node.op == Op::indication) indications.insert(node.operand);
  }
  expression.facts_.assign(facts.begin(), facts.end());
  expression.indications_.assign(indications.begin(), indications.end());
  return expression;
}

base::Result<void> Expression::append(Json const& form,
                                      std::function<std::optional<FactIndex>(std::string_view)> const& find) {
  auto fact = [&](Json const& name, Op op) -> base::Result<void> {
    std::string_view id = base::as_string(name);
    auto index = find(id);
    if (!index)
      return fail(Errc::invalid_rules, "",
                  "unknown fact \"" + std::string(id) + "\": add it to facts.json or mend the name");
    nodes_.push_back({op, *index});
    return {};
  };
  if (form.IsString()) return fact(form, Op::fact);
  if (!form.IsObject() || form.MemberCount() != 1) {
    return fail(Errc::invalid_rules, "",
                "an expression is a fact id or an object with one of all, any, not, documented, indication");
  }
  std::string_view name(form.MemberBegin()->name.GetString(), form.MemberBegin()->name.GetStringLength());
  Json const& value = form.MemberBegin()->value;
  if (name == "indication") return fact(value, Op::indication);
  if (name == "not" || name == "documented") {
    if (auto inner = append(value, find); !inner) return inner;
    nodes_.push_back({name == "not" ? Op::negation : Op::documented, 1});
    return {};
  }
  if (name != "all" && name != "any") {
    return fail(Errc::invalid_rules, "",
                "unknown operator \"" + std::string(name) + "\"; known: all, any, not, documented, indication");
  }
  if (!value.IsArray() || value.Empty())
    return fail(Errc::invalid_rules, "", std::string(name) + " needs a non-empty array");
  for (auto const& part : value.GetArray()) {
    if (auto inner = append(part, find); !inner) return inner;
  }
  nodes_.push_back({name == "all" ? Op::all : Op::any, static_cast<std::uint16_t>(value.Size())});
  return {};
}

Truth Expression::evaluate(ExpressionInput const& input) const {
  if (nodes_.empty()) return Truth::yes;
  std::array<Truth, kMaxNodes> stack;
  std::size_t top = 0;
  for (auto const& node : nodes_) {
    switch (node.op) {
      case Op::fact: stack[top++] = input.facts[node.operand]; break;
      case Op::indication: stack[top++] = input.indications[node.operand]; break;
      case Op::negation: stack[top - 1] = truth_not(stack[top - 1]); break;
      case Op::documented: stack[top - 1] = stack[top - 1] == Truth::yes ? Truth::yes : Truth::no; break;
      case Op::all:
      case Op::any: {
        Truth value = stack[--top];
        for (std::uint16_t i = 1; i < node.operand; ++i) {
          --top;
          value = node.op == Op::all ? truth_and(value, stack[top]) : truth_or(value, stack[top]);
        }
        stack[top++] = value;
        break;
      }
    }
  }
  return stack[0];
}

}  // namespace ivig::rules
