#include "store/record_json.h"

#include <gtest/gtest.h>

#include "tests/store/samples.h"

namespace ivig::store {
namespace {

TEST(RecordJson, gives_back_a_decision_as_it_was) {
  auto decision = test::sample_decision("a");
  decision.tenant = "line\nfeed \"quoted\" ü";
  decision.decision_json = R"({"dose":1.50})";
  std::string const line = record_line(decision);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  auto const back = parse_record_line(line);
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<DecisionRecord>(*back), decision);
}

TEST(RecordJson, gives_back_feedback_as_it_was) {
  for (auto const* outcome : {"accepted", "overridden"}) {
    auto const entry = test::sample_feedback("a", outcome);
    auto const back = parse_record_line(record_line(entry));
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<FeedbackRecord>(*back), entry);
  }
}

TEST(RecordJson, refuses_what_is_no_record) {
  EXPECT_FALSE(parse_record_line("{}"));
  EXPECT_FALSE(parse_record_line(R"({"type":"decision")"));
}

}  // namespace
}  // namespace ivig::store
