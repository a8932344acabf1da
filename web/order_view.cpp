#include "web/order_view.h"

#include "base/json_body.h"
#include "base/json_read.h"

namespace ivig::web {
namespace {

using base::Json;

std::string text(Json const& object, std::string_view name) { return std::string(base::string_member(object, name)); }

bool flag(Json const& object, std::string_view name) { return base::bool_member(object, name).value_or(false); }

std::optional<double> number(Json const& object, std::string_view name) {
  Json const* value = base::member(object, name);
  if (value == nullptr || !value->IsNumber()) return std::nullopt;
  return value->GetDouble();
}

std::string number_text(Json const& object, std::string_view name) {
  Json const* value = base::member(object, name);
  return value == nullptr ? std::string() : base::number_text(*value);
}

FactShown fact(Json const& object) {
  return {text(object, "fact"), text(object, "value"), text(object, "basis"), text(object, "from"),
          text(object, "detail")};
}

void read_dose(Json const& decision, OrderShown& order) {
  Json const* dose = base::object_member(decision, "dose_read");
  if (dose == nullptr) return;
  order.dose_text = text(*dose, "text");
  order.dose_basis = text(*dose, "basis");
  order.dose_from = text(*dose, "from");
  order.weight_kg = number_text(*dose, "weight_kg");
  order.weight_from = text(*dose, "weight_from");
  order.weight_date = text(*dose, "weight_date");
  base::each(*dose, "courses", [&](Json const& course, std::size_t) {
    order.courses.push_back({number(course, "g_per_kg"), number(course, "every_weeks")});
  });
}

void read_recommendations(Json const& decision, OrderShown& order) {
  base::each(decision, "recommendations", [&](Json const& item, std::size_t) {
    RecommendationShown shown;
    shown.row = text(item, "id");
    shown.stance = text(item, "stance");
    shown.evidence = text(item, "evidence");
    shown.candidate = base::string_member(item, "state") == "candidate";
    if (Json const* precondition = base::object_member(item, "preconditions")) {
      shown.precondition = text(*precondition, "fact");
      shown.precondition_state = text(*precondition, "state");
      base::each(*precondition, "facts",
                 [&](Json const& one, std::size_t) { shown.precondition_facts.push_back(fact(one)); });
    }
    order.recommendations.push_back(std::move(shown));
  });
  base::each(decision, "exceptions", [&](Json const& item, std::size_t) {
    order.exceptions.push_back({text(item, "recommendation"), text(item, "text"), text(item, "state")});
  });
}

void read_findings(Json const& decision, std::string_view name, std::vector<FindingShown>& findings) {
  base::each(decision, name, [&](Json const& item, std::size_t) {
    findings.push_back({text(item, "code"), text(item, "indicator"), text(item, "detail"), text(item, "source")});
  });
}

CardShown card(Json const& item) {
  CardShown shown{text(item, "uuid"),
                  text(item, "indicator"),
                  text(item, "summary"),
                  text(item, "detail"),
                  text(item, "source"),
                  {},
                  {}};
  base::each(item, "suggestions",
             [&](Json const& suggestion, std::size_t) { shown.suggestions.push_back(text(suggestion, "label")); });
  base::each(item, "overrideReasons",
             [&](Json const& reason, std::size_t) { shown.override_reasons.emplace_back(base::as_string(reason)); });
  return shown;
}

/// Calls `f` with each item of a document that is one array.
template <class F>
base::Result<void> each_item(std::string_view document, F&& f) {
  auto body = base::JsonBody::parse(std::string(document), {});
  if (!body) return tl::unexpected(body.error());
  if (!(*body)->root().IsArray()) return {};
  for (auto const& item : (*body)->root().GetArray()) f(item);
  return {};
}

}  // namespace

OrderShown with_order_of(OrderShown again, OrderShown const& made) {
  again.order = made.order;
  again.patient = made.patient;
  again.product = made.product;
  again.route_unknown = made.route_unknown;
  again.dose_text = made.dose_text;
  again.dose_basis = made.dose_basis;
  again.dose_from = made.dose_from;
  again.weight_kg = made.weight_kg;
  again.weight_from = made.weight_from;
  again.weight_date = made.weight_date;
  again.courses = made.courses;
  return again;
}

base::Result<OrderShown> read_order_shown(std::string_view decision, std::string_view facts, std::string_view cards) {
  auto body = base::JsonBody::parse(std::string(decision), {});
  if (!body) return tl::unexpected(body.error());
  Json const& root = (*body)->root();
  OrderShown order;
  order.order = text(root, "order");
  order.patient = text(root, "patient");
  order.stance = text(root, "stance");
  order.indicator = text(root, "indicator");
  if (Json const* product = base::object_member(root, "product")) {
    order.product = text(*product, "name");
    order.route_unknown = flag(*product, "route_unknown");
  }
  read_dose(root, order);
  base::each(root, "indications", [&](Json const& item, std::size_t) {
    order.indications.push_back({text(item, "concept"), text(item, "basis"), text(item, "from"),
                                 base::string_member(item, "state") == "candidate", flag(item, "provisional"),
                                 flag(item, "inferred")});
  });
  read_recommendations(root, order);
  read_findings(root, "safety", order.safety);
  read_findings(root, "dose", order.dose);
  base::each(root, "missing", [&](Json const& item, std::size_t) {
    order.missing.push_back({text(item, "fact"), text(item, "ask"), text(item, "would_change")});
  });
  auto read = each_item(facts, [&](Json const& item) { order.facts.push_back(fact(item)); });
  if (read) read = each_item(cards, [&](Json const& item) { order.cards.push_back(card(item)); });
  if (!read) return tl::unexpected(read.error());
  return order;
}

}  // namespace ivig::web
