#pragma once
// Calls the services as the server does, with the rule set of this tree, and checks the shape of every answer.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "base/json_read.h"
#include "hooks/order_service.h"
#include "hooks/services.h"
#include "tests/support/cards_checker.h"
#include "tests/support/order_request.h"

namespace ivig::test {

/// The rule set of this tree, loaded once.
inline std::shared_ptr<advice::Knowledge const> const& tree_knowledge() {
  static std::shared_ptr<advice::Knowledge const> const knowledge = [] {
    auto loaded = advice::Knowledge::load(std::string(IVIG_SOURCE_DIR) + "/rules");
    if (!loaded) throw std::runtime_error(loaded.error().where + ": " + loaded.error().detail);
    return *loaded;
  }();
  return knowledge;
}

/// The day of every call: 25 November 2026.
inline base::Day call_day() {
  return base::Day(std::chrono::year_month_day(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(25)));
}

/// What a reader of a card looks at first.
struct SeenCard {
  std::string indicator, summary, detail, uuid, target;
};

class OrderAnswers {
 public:
  hooks::OrderServiceOptions options{{}, "https://cds.example.org", true};

  /// The answer as the service gives it; the service is chosen by the request's hook.
  [[nodiscard]] base::Result<std::string> answer(std::string const& request) const {
    auto body = base::JsonBody::parse(request, {});
    if (!body) return tl::unexpected(body.error());
    bool select = base::string_member((*body)->root(), "hook") == "order-select";
    auto const* service = hooks::find_service(select ? "ivig-order-select" : "ivig-order-sign");
    auto outcome = hooks::answer_order_hook(*tree_knowledge(), *service, **body, options, call_day());
    if (!outcome) return tl::unexpected(outcome.error());
    return std::move(outcome->body);
  }

  /// The cards of an answer that must be a good one.
  [[nodiscard]] std::vector<SeenCard> cards_of(std::string const& request) const {
    auto answered = answer(request);
    if (!answered) {
      ADD_FAILURE() << answered.error().where << ": " << answered.error().detail;
      return {};
    }
    EXPECT_EQ(card_faults(*answered, context()), "") << *answered;
    return read_cards(*answered);
  }
  [[nodiscard]] std::vector<SeenCard> cards(OrderRequest const& request) const { return cards_of(request.text()); }

  /// "indicator: summary" of each card, for one comparison; "" when there is none.
  [[nodiscard]] std::string said(OrderRequest const& request) const {
    std::string text;
    for (auto const& card : cards(request)) text += (text.empty() ? "" : "\n") + card.indicator + ": " + card.summary;
    return text;
  }
  /// The indicators alone, "warning info"; "" when there is no card.
  [[nodiscard]] std::string indicators(OrderRequest const& request) const {
    std::string text;
    for (auto const& card : cards(request)) text += (text.empty() ? "" : " ") + card.indicator;
    return text;
  }

 private:
  [[nodiscard]] CardsContext context() const {
    CardsContext context;
    context.version_1_0 = !options.profile.card_uuid;
    context.one_action = options.profile.one_action_per_suggestion;
    context.secrets = {"Quillfeather", "Marmaduke", "MRN-7741903", "dr-1"};
    return context;
  }

  static std::vector<SeenCard> read_cards(std::string const& answer) {
    std::vector<SeenCard> cards;
    auto body = base::JsonBody::parse(answer, {});
    if (!body) return cards;
    base::each((*body)->root(), "cards", [&](base::Json const& card, std::size_t) {
      SeenCard seen;
      seen.indicator = base::string_member(card, "indicator");
      seen.summary = base::string_member(card, "summary");
      seen.detail = base::string_member(card, "detail");
      seen.uuid = base::string_member(card, "uuid");
      base::each(card, "suggestions", [&](base::Json const& suggestion, std::size_t) {
        base::each(suggestion, "actions", [&](base::Json const& action, std::size_t) {
          seen.target = base::string_member(action, "resourceId");
        });
      });
      cards.push_back(std::move(seen));
    });
    return cards;
  }
};

}  // namespace ivig::test
