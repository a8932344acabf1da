// A stored decision taken up again: without answers it says what it said; an answer moves it as it moves a fresh one.
#include "hooks/decide_again.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/rule_examples.h"
#include "base/json_read.h"
#include "hooks/case_input.h"
#include "hooks/decision_record.h"
#include "tests/support/order_answers.h"

namespace ivig::hooks {
namespace {

using base::Json;
using base::string_member;

/// The record of a case with one order, as the service would keep it.
store::DecisionRecord record_of(CaseInput const& input) {
  auto const& knowledge = *test::tree_knowledge();
  store::References const plain;
  base::UuidSequence ids;
  HookRequest request;
  auto records = decision_records(knowledge, request, input.decide(knowledge, test::call_day()), {},
                                  {plain, ids, "ivig-order-sign", "ehr", "", store::Time{}});
  EXPECT_EQ(records.size(), 1U);
  return records.empty() ? store::DecisionRecord{} : records.front();
}

/// What a decision comes down to: stance, loudness, rows with their state, findings, and what is asked.
std::string essence(std::string const& decision) {
  auto const body = base::JsonBody::parse(decision, {}).value();
  Json const& root = body->root();
  std::string text(string_member(root, "stance"));
  text.append(" ").append(string_member(root, "indicator"));
  base::each(root, "recommendations", [&](Json const& row, std::size_t) {
    text.append("\n").append(string_member(row, "id")).append(" ").append(string_member(row, "state"));
  });
  for (auto const* list : {"safety", "dose"}) {
    base::each(root, list, [&](Json const& finding, std::size_t) {
      text.append("\n").append(string_member(finding, "code")).append(" ").append(string_member(finding, "indicator"));
    });
  }
  std::vector<std::string> asked;
  base::each(root, "missing", [&](Json const& one, std::size_t) {
    asked.push_back("\n? " + std::string(string_member(one, "fact")) + " " +
                    std::string(string_member(one, "would_change")));
  });
  std::sort(asked.begin(), asked.end());
  for (auto const& one : asked) text += one;
  return text;
}

TEST(DecideAgain, says_without_answers_what_the_record_says_for_every_example_of_the_rules) {
  auto const& knowledge = *test::tree_knowledge();
  auto const examples = app::load_examples(knowledge.rules, test::call_day()).value();
  ASSERT_GT(examples.size(), 100U);
  for (auto const& example : examples) {
    auto const input = read_case(example.bundle, {});
    ASSERT_TRUE(input) << example.id;
    auto const record = record_of(*input);
    auto const again = decide_again(knowledge, record, {}, "reviewer");
    ASSERT_TRUE(again) << example.id;
    EXPECT_EQ(essence(again->decision_json), essence(record.decision_json)) << example.file << " " << example.id;
  }
}

TEST(DecideAgain, lets_each_answer_change_what_the_question_said_it_would) {
  auto const& knowledge = *test::tree_knowledge();
  auto const examples = app::load_examples(knowledge.rules, test::call_day()).value();
  std::size_t questions = 0, turned = 0;
  for (auto const& example : examples) {
    auto const input = read_case(example.bundle, {});
    auto const record = record_of(*input);
    auto const body = base::JsonBody::parse(record.decision_json, {}).value();
    base::each(body->root(), "missing", [&](Json const& missing, std::size_t) {
      std::string const change(string_member(missing, "would_change")), fact(string_member(missing, "fact"));
      auto const arrow = change.find(" -> ");
      auto const index = knowledge.rules.fact_index(fact);
      if (arrow == std::string::npos || !index || knowledge.rules.facts[*index].ask.empty()) return;
      ++questions;
      for (bool const answer : {true, false}) {
        auto const again = decide_again(knowledge, record, {{fact, answer}}, "reviewer");
        ASSERT_TRUE(again);
        if (essence(again->decision_json) != essence(record.decision_json)) {
          ++turned;
          return;
        }
      }
      ADD_FAILURE() << example.id << ": no answer to " << fact << " changes anything";
    });
  }
  EXPECT_GT(questions, 20U);
  EXPECT_EQ(turned, questions);
}

TEST(DecideAgain, names_an_answer_as_the_basis_of_the_fact) {
  auto const& knowledge = *test::tree_knowledge();
  auto const examples = app::load_examples(knowledge.rules, test::call_day()).value();
  auto const record = record_of(read_case(examples.front().bundle, {}).value());
  std::string fact;
  for (auto const& one : knowledge.rules.facts) {
    if (fact.empty() && !one.ask.empty()) fact = one.id;
  }
  auto const again = decide_again(knowledge, record, {{fact, true}, {"no-such-fact", true}}, "reviewer").value();
  EXPECT_THAT(again.facts_json,
              testing::HasSubstr(R"({"fact":")" + fact + R"(","value":"true","basis":"answer","from":"reviewer")"));
  EXPECT_THAT(again.facts_json, testing::Not(testing::HasSubstr("no-such-fact")));
}

}  // namespace
}  // namespace ivig::hooks
