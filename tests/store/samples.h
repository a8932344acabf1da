#pragma once
// Made-up records, and a store's answers waited for.

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "store/store.h"

namespace ivig::test {

inline store::Time at(std::int64_t seconds) { return store::Time{std::chrono::seconds{1790000000 + seconds}}; }

inline store::DecisionRecord sample_decision(std::string const& name, store::Time time = at(0)) {
  store::DecisionRecord decision;
  decision.id = base::UuidSequence().next(time);  // of its own: samples come in any order of times
  decision.time = time;
  decision.hook_instance = "instance-" + name;
  decision.client = "ehr";
  decision.service = "ivig-order-sign";
  decision.order = "MedicationRequest/" + name;
  decision.patient = "Patient/p";
  decision.rules_version = "2026.11";
  decision.rules_sha256 = "abc";
  decision.row = "guideline/row";
  decision.stance = "not-recommended";
  decision.indicator = "warning";
  decision.condition = "condition-a";
  decision.latency_us = 1234;
  decision.cards = {{"card-" + name, "warning"}};
  decision.decision_json = R"({"order":"MedicationRequest/)" + name + R"(","stance":"not-recommended"})";
  decision.facts_json = R"([{"fact":"f","value":"yes"}])";
  decision.cards_json = R"([{"uuid":"card-)" + name + R"(","summary":"äöü"}])";
  return decision;
}

inline store::FeedbackRecord sample_feedback(std::string const& name, std::string const& outcome,
                                             store::Time time = at(60)) {
  store::FeedbackRecord entry;
  entry.client = "ehr";
  entry.card = "card-" + name;
  entry.outcome = outcome;
  entry.outcome_time = time;
  entry.received = time;
  if (outcome == "overridden") {
    entry.reason_code = "other";
    entry.reason_system = "https://example.org/reasons";
    entry.user_comment = "tried before";
  } else {
    entry.accepted_suggestions = {"s1", "s2"};
  }
  return entry;
}

inline store::Kept record(store::Store& store, std::vector<store::DecisionRecord> decisions) {
  auto answer = std::make_shared<std::promise<store::Kept>>();
  store.record(std::move(decisions), [answer](store::Kept kept) { answer->set_value(kept); });
  return answer->get_future().get();
}

inline base::Result<std::size_t> keep_feedback(store::Store& store, std::vector<store::FeedbackRecord> entries) {
  auto answer = std::make_shared<std::promise<base::Result<std::size_t>>>();
  store.keep_feedback(std::move(entries), [answer](base::Result<std::size_t> const& kept) { answer->set_value(kept); });
  return answer->get_future().get();
}

inline base::Result<void> keep_review(store::Store& store, std::vector<store::ReviewRecord> records) {
  auto answer = std::make_shared<std::promise<base::Result<void>>>();
  store.keep_review(std::move(records), [answer](base::Result<void> kept) { answer->set_value(std::move(kept)); });
  return answer->get_future().get();
}

inline bool first_use(store::Store& store, std::string const& jti) {
  auto answer = std::make_shared<std::promise<bool>>();
  auto const expires =
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::hours(1);
  store.first_use({"https://ehr.example.org", jti, expires}, [answer](bool first) { answer->set_value(first); });
  return answer->get_future().get();
}

/// Asks a question; throws when the store cannot be read.
template <class Answer>
Answer ask(store::Store& store, std::function<base::Result<Answer>(store::Reader&)> question) {
  auto answer = std::make_shared<std::promise<base::Result<Answer>>>();
  store.ask([answer, question](base::Result<store::Reader*> reader) {
    if (reader) answer->set_value(question(**reader));
    else answer->set_value(tl::unexpected(reader.error()));
  });
  return answer->get_future().get().value();
}

inline store::DecisionPage list(store::Store& store, store::DecisionQuery const& query = {}) {
  return ask<store::DecisionPage>(store, [query](store::Reader& reader) { return reader.list(query); });
}

inline std::vector<std::string> orders(store::DecisionPage const& page) {
  std::vector<std::string> found;
  for (auto const& decision : page.decisions) found.push_back(decision.record.order);
  return found;
}

/// Whether `reached` holds within two minutes.
template <class Reached>
[[nodiscard]] bool comes_to(Reached&& reached) {
  for (int i = 0; i < 24000 && !reached(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return reached();
}

}  // namespace ivig::test
