#include "advice/cards.h"

#include <algorithm>

#include "advice/card_text.h"
#include "advice/markdown.h"
#include "base/uuid.h"

namespace ivig::advice {
namespace {

using rules::Stance;

constexpr std::string_view kTopicSystem = "urn:ivig-cds:topic";

/// Constant, alphanumeric codes: EHRs suppress by them after an override (CARD-08).
struct Topic {
  std::string_view code, display;
};

Topic topic_of(Decision const& decision) {
  switch (subject_of(decision.findings)) {
    case CardSubject::safety: return {"ivigSafety", "IVIG safety"};
    case CardSubject::dose: return {"ivigDose", "IVIG dose"};
    case CardSubject::incomplete: return {"ivigCannotBeChecked", "IVIG order could not be checked"};
    case CardSubject::stance: break;
  }
  if (decision.findings.recommendations.empty() || !decision.findings.stance)
    return {"ivigCannotBeChecked", "IVIG order could not be checked"};
  switch (*decision.findings.stance) {
    case Stance::harmful: return {"ivigHarmful", "IVIG harmful"};
    case Stance::not_recommended: return {"ivigNotRecommended", "IVIG not recommended"};
    case Stance::insufficient_evidence: return {"ivigInsufficientEvidence", "Insufficient evidence for IVIG"};
    case Stance::may_consider: return {"ivigMayConsider", "IVIG may be considered"};
    case Stance::recommended: break;
  }
  return {"ivigRecommended", "IVIG recommended"};
}

std::string override_key(Decision const& decision) {
  if (subject_of(decision.findings) == CardSubject::safety) return "safety";
  if (subject_of(decision.findings) == CardSubject::dose) return "dose";
  if (subject_of(decision.findings) == CardSubject::incomplete)
    return decision.product.route_unknown ? "route-not-stated" : "data-gap";
  if (!decision.findings.stance) return "cannot-be-checked";
  return std::string(rules::to_string(*decision.findings.stance));
}

class CardMaker {
 public:
  CardMaker(Knowledge const& knowledge, CardOptions const& options) : knowledge_(knowledge), options_(options) {}

  [[nodiscard]] Card make(Decision const& decision, std::size_t place, Indicator indicator) const {
    Card card;
    // An order without an id is known by its place in the request.
    std::string name = options_.hook_instance + "|" + decision.order_reference + "|" + std::to_string(place);
    card.uuid = base::uuid_from_name(name + "|card");
    card.indicator = indicator;
    card.order = decision.order_reference;
    card.decisions = {place};
    card.summary = summary_text(knowledge_, decision);
    card.detail = detail_text(knowledge_, decision);
    set_source(decision, card);
    Topic topic = topic_of(decision);
    card.topic = CardCoding{kTopicSystem, topic.code, topic.display};
    if (!add_removal(decision, name, card)) {
      add_correction(decision, name, card);
      add_tests(decision, name, card);
    }
    if (subject_of(decision.findings) == CardSubject::stance) {
      for (auto const& exception : decision.findings.exceptions) {
        auto const& reason = knowledge_.rules.rows[exception.row].exception->reason;
        card.override_reasons.push_back({reason.system, reason.code, reason.display, reason.json});
      }
    }
    auto reasons = knowledge_.rules.override_reasons.find(override_key(decision));
    if (reasons != knowledge_.rules.override_reasons.end()) {
      card.override_reasons.reserve(card.override_reasons.size() + reasons->second.size());
      for (auto const& reason : reasons->second)
        card.override_reasons.push_back({reason.system, reason.code, reason.display, reason.json});
    }
    return card;
  }

 private:
  void set_source(Decision const& decision, Card& card) const {
    auto const& rules = knowledge_.rules;
    if (decision.findings.recommendations.empty()) {
      card.source_label = "ivig-cds rule set " + rules.version;
      return;
    }
    auto const& row = rules.rows[decision.findings.recommendations.front().row];
    auto const& guideline = rules.guidelines[row.guideline];
    card.source_label = guideline.title;
    card.source_url = guideline.url;
    if (!options_.public_url.empty()) {
      card.links.push_back({guideline.short_name + ": " + row.title, options_.public_url + "/evidence/" + row.id});
    }
  }

  /// Advice against the order comes with the action that follows it. Only entries of the request are targets (ACT-07).
  /// Returns whether there is such advice: then there is nothing else to do about the order.
  bool add_removal(Decision const& decision, std::string const& name, Card& card) const {
    auto const& findings = decision.findings;
    bool against = findings.stance == Stance::not_recommended || findings.stance == Stance::harmful;
    bool capped = findings.stance_indicator == Indicator::info;
    bool contraindicated = std::any_of(findings.safety.begin(), findings.safety.end(),
                                       [](auto const& f) { return f.indicator == Indicator::critical; });
    if (!((against && !capped) || contraindicated)) return false;
    if (decision.order->id.empty()) return true;
    add_offer(card, knowledge_.rules.sentence("remove-order-label"), name + "|remove",
              {Action::Type::remove,
               fill(knowledge_.rules.sentence("remove-order-description"), {{"drug", one_line(decision.product.name)}}),
               {},
               decision.order_reference});
    return true;
  }

  /// The usual dose in place of one that is far from it. REQ ACT-04
  void add_correction(Decision const& decision, std::string const& name, Card& card) const {
    if (decision.order->id.empty()) return;
    auto corrected = corrected_order(knowledge_, decision, options_.source);
    if (!corrected) return;
    SentenceValues const words{{"dose", corrected->dose}, {"drug", one_line(decision.product.name)}};
    add_offer(card, fill(knowledge_.rules.sentence("correct-dose-label"), words), name + "|dose",
              {Action::Type::update,
               fill(knowledge_.rules.sentence("correct-dose-description"), words),
               std::move(corrected->resource),
               {}});
  }

  /// The test that would answer a question of the card. REQ ACT-03
  void add_tests(Decision const& decision, std::string const& name, Card& card) const {
    for (auto const fact : decision.tests) {
      auto const& definition = knowledge_.rules.facts[fact];
      auto const& test = definition.test;
      add_offer(card, test.label, name + "|" + definition.id,
                {Action::Type::create,
                 fill(knowledge_.rules.sentence("order-test-description"), {{"test", test.display}}),
                 test_order(test, decision.patient_reference, options_.fhir_version),
                 {}});
    }
  }

  static void add_offer(Card& card, std::string label, std::string const& name, Action action) {
    Suggestion suggestion;
    suggestion.label = std::move(label);
    suggestion.uuid = base::uuid_from_name(name);
    suggestion.actions.push_back(std::move(action));
    card.suggestions.push_back(std::move(suggestion));
  }

  Knowledge const& knowledge_;
  CardOptions const& options_;
};

/// A decision that deserves a card.
struct Due {
  std::size_t place;
  Indicator indicator;
};

std::vector<Due> cards_due(std::vector<Decision> const& decisions, CardOptions const& options) {
  std::vector<Due> due;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    Indicator indicator = decisions[i].findings.indicator;
    // Silence must mean "checked and fine": a missing route or missing data gets a word.
    bool incomplete = decisions[i].product.route_unknown || (options.gap_cards && !decisions[i].gaps.empty());
    if (indicator == Indicator::none && !incomplete) continue;
    due.push_back({i, std::max(indicator, Indicator::info)});
  }
  return due;
}

/// What has no card of its own any more: `due` is left with the most severe.
std::vector<Due> split_off(std::vector<Due>& due, std::size_t most) {
  if (due.size() <= most) return {};
  std::stable_sort(due.begin(), due.end(), [](Due const& a, Due const& b) { return a.indicator > b.indicator; });
  auto const critical = static_cast<std::size_t>(
      std::count_if(due.begin(), due.end(), [](Due const& one) { return one.indicator == Indicator::critical; }));
  auto const kept = static_cast<std::ptrdiff_t>(std::max(critical, most - 1));
  std::vector<Due> rest(due.begin() + kept, due.end());
  due.erase(due.begin() + kept, due.end());
  return rest;
}

/// One card for many orders: which they are, and what would stand on the card of each.
Card summing_card(Knowledge const& knowledge, std::vector<Decision> const& decisions, std::vector<Due> const& rest,
                  CardOptions const& options) {
  constexpr std::size_t kReferenceUnits = 100;
  Card card;
  std::string name = options.hook_instance + "|more";
  for (Due const& due : rest) {
    Decision const& decision = decisions[due.place];
    name += "|" + decision.order_reference + "|" + std::to_string(due.place);
    card.indicator = std::max(card.indicator, due.indicator);
    card.detail += (card.detail.empty() ? "- " : "\n- ") +
                   escape_markdown(cut_to(one_line(decision.order_reference), kReferenceUnits)) + " (" +
                   std::string(rules::to_string(due.indicator)) +
                   "): " + escape_markdown(summary_text(knowledge, decision));
    card.decisions.push_back(due.place);
  }
  card.uuid = base::uuid_from_name(name);
  card.summary = std::to_string(rest.size()) + " more IVIG orders with advice: each is named in the details";
  card.source_label = "ivig-cds rule set " + knowledge.rules.version;
  card.topic = CardCoding{kTopicSystem, "ivigFurtherOrders", "Further IVIG orders"};
  return card;
}

}  // namespace

std::vector<Card> make_cards(Knowledge const& knowledge, std::vector<Decision> const& decisions,
                             CardOptions const& options) {
  std::vector<Due> due = cards_due(decisions, options);
  std::vector<Due> const rest = split_off(due, options.most);
  std::vector<Card> cards;
  cards.reserve(due.size() + 1);
  CardMaker maker(knowledge, options);
  for (Due const& one : due) cards.push_back(maker.make(decisions[one.place], one.place, one.indicator));
  if (!rest.empty()) cards.push_back(summing_card(knowledge, decisions, rest, options));
  return cards;
}

}  // namespace ivig::advice
