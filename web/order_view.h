#pragma once
// One decision as a page shows it, read from the JSON that a record holds (and that a case on trial is written to), so
// that stored orders and orders on trial have one page.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ivig::web {

struct CourseShown {
  std::optional<double> g_per_kg, every_weeks;
};

struct IndicationShown {
  std::string fact, basis, from;
  bool candidate = false, provisional = false, inferred = false;
};

struct FactShown {
  std::string fact, value, basis, from, detail;
};

struct RecommendationShown {
  std::string row, stance, evidence;
  bool candidate = false;
  std::string precondition, precondition_state;  ///< empty: none; met | unmet | unknown
  std::vector<FactShown> precondition_facts;
};

struct ExceptionShown {
  std::string row, text, state;
};

struct FindingShown {
  std::string code, indicator, detail, source;
};

struct QuestionShown {
  std::string fact, ask, would_change;
};

struct CardShown {
  std::string uuid, indicator, summary, detail, source;
  std::vector<std::string> suggestions, override_reasons;
};

struct OrderShown {
  std::string order, patient, product, stance, indicator;
  bool route_unknown = false;
  std::string dose_text, dose_basis, dose_from, weight_kg, weight_from, weight_date;
  std::vector<CourseShown> courses;
  std::vector<IndicationShown> indications;
  std::vector<RecommendationShown> recommendations;  ///< [0] leads
  std::vector<ExceptionShown> exceptions;
  std::vector<FindingShown> safety, dose;
  std::vector<QuestionShown> missing;
  std::vector<FactShown> facts;
  std::vector<CardShown> cards;
  std::string anchor;  ///< tells the headings of several orders on one page apart; empty: there is one
};

/// `again`, decided anew, with what was read from the order itself when it was made.
[[nodiscard]] OrderShown with_order_of(OrderShown again, OrderShown const& made);

/// `decision` is a decision object, `facts` and `cards` are the arrays of a record (store::DecisionRecord). Errors:
/// those of JsonBody::parse.
[[nodiscard]] base::Result<OrderShown> read_order_shown(std::string_view decision, std::string_view facts,
                                                        std::string_view cards);

}  // namespace ivig::web
