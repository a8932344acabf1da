#include "hooks/feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/instant.h"
#include "tests/support/order_request.h"

namespace ivig::hooks {
namespace {

using base::Errc;
using test::json;

constexpr std::size_t kMost = 6;
constexpr std::chrono::seconds kSkew(60);

base::Result<FeedbackCall> read(std::string const& text) {
  auto body = base::JsonBody::parse(json(text), {});
  if (!body) return tl::unexpected(body.error());
  return read_feedback((*body)->root(), "ehr", *base::parse_instant("2026-11-24T12:00:00Z"), kMost, kSkew);
}

std::string entry(std::string const& members) {
  return "{'card':'123456','outcomeTimestamp':'2026-11-24T12:00:00Z'" + (members.empty() ? "" : "," + members) + "}";
}

std::string call(std::string const& entries) { return "{'feedback':[" + entries + "]}"; }

TEST(Feedback, FDBK_02_is_an_object_with_an_array) {
  EXPECT_EQ(read("{}").error().where, "feedback");
  EXPECT_EQ(read("[]").error().code, Errc::wrong_type);
  EXPECT_EQ(read("{'feedback':{}}").error().code, Errc::wrong_type);
  ASSERT_TRUE(read("{'feedback':[]}"));
}

TEST(Feedback, FDBK_03_FDBK_05_names_a_card_of_any_form_and_the_accepted_suggestions) {
  auto const read_call = read(call(entry("'outcome':'accepted','acceptedSuggestions':[{'id':'s1'},{'id':'s2'}]")));
  ASSERT_TRUE(read_call);
  ASSERT_EQ(read_call->entries.size(), 1U);
  auto const& found = read_call->entries[0];
  EXPECT_EQ(found.card, "123456");
  EXPECT_EQ(found.client, "ehr");
  EXPECT_THAT(found.accepted_suggestions, testing::ElementsAre("s1", "s2"));
  EXPECT_EQ(read(call(entry("'outcome':'accepted'"))).error().where, "feedback[0].acceptedSuggestions");
}

TEST(Feedback, FDBK_04_knows_two_outcomes) {
  EXPECT_EQ(read(call(entry("'outcome':'ignored'"))).error().where, "feedback[0].outcome");
}

TEST(Feedback, FDBK_06_keeps_each_form_of_an_override_reason) {
  auto const one = [](std::string const& members) {
    return read(call(entry("'outcome':'overridden'" + (members.empty() ? "" : "," + members)))).value().entries.at(0);
  };
  EXPECT_EQ(one("").reason_code, "");
  auto const coded =
      one("'overrideReason':{'reason':{'code':'c','system':'s','display':'d'},'userComment':'he said \\u0007no'}");
  EXPECT_EQ(coded.reason_code + coded.reason_system + coded.reason_display, "csd");
  EXPECT_EQ(coded.user_comment, "he said no");  // FDBK-13: without control characters
  EXPECT_EQ(one("'overrideReason':{'userComment':'only words'}").user_comment, "only words");
}

TEST(Feedback, FDBK_07_reads_both_spellings_of_epic) {
  auto const one = [](std::string const& members) {
    return read(call(entry("'outcome':'overridden'," + members))).value().entries.at(0);
  };
  EXPECT_EQ(one("'overrideReasons':{'reason':{'code':'c'},'userComment':'w'}").reason_code, "c");
  EXPECT_EQ(one("'overrideReasons':[{'reason':{'code':'c'}}]").reason_code, "c");
  auto const extension =
      one("'overrideReason':{'extension':[{'url':'x','valueCodeableConcept':{'coding':[{'code':'c','display':'d'}],"
          "'text':'t'}}],'userComment':'w'}");
  EXPECT_EQ(extension.reason_code, "c");
  EXPECT_EQ(extension.user_comment, "w");
  EXPECT_EQ(one("'overrideReason':{'extension':{'valueString':'because'}}").reason_display, "because");
}

TEST(Feedback, FDBK_08_reads_each_form_of_a_time_as_one_moment) {
  auto const time = [](std::string const& text) {
    return read("{'feedback':[{'card':'1','outcome':'overridden','outcomeTimestamp':'" + text + "'}]}");
  };
  auto const noon = time("2026-11-24T12:00:00Z").value().entries.at(0).outcome_time;
  for (char const* text : {"2026-11-24T12:00:00.000z", "2026-11-24T12:00:00+00:00", "2026-11-24T07:00:00-05:00"}) {
    EXPECT_EQ(time(text).value().entries.at(0).outcome_time, noon) << text;
  }
  EXPECT_EQ(time("yesterday").error().where, "feedback[0].outcomeTimestamp");
}

TEST(Feedback, FDBK_08_takes_no_outcome_that_has_not_happened_yet) {
  auto const at = [](std::string const& text) {
    return read("{'feedback':[{'card':'1','outcome':'overridden','outcomeTimestamp':'" + text + "'}]}");
  };
  for (char const* now : {"2026-11-24T12:01:00Z", "2026-11-24T07:01:00-05:00", "2026-11-24T12:00:00-05:00",
                          "2026-11-25T02:01:00Z", "1970-01-01T00:00:00Z"})
    EXPECT_TRUE(at(now)) << now;
  for (char const* later : {"2026-11-25T02:01:00.001Z", "2026-11-25T02:01:00-00:30", "9999-12-31T23:59:59Z"}) {
    auto const refused = at(later);
    ASSERT_FALSE(refused) << later;
    EXPECT_EQ(refused.error().where, "feedback[0].outcomeTimestamp") << later;
  }
}

TEST(Feedback, FDBK_10_keeps_the_good_entries_of_a_batch_and_names_the_bad) {
  auto const mixed = read(call("{'card':'x'},7," + entry("'outcome':'overridden'") + ",{'outcome':'accepted'}"));
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->entries.size(), 1U);
  EXPECT_EQ(mixed->rejected, 3U);
  ASSERT_TRUE(mixed->first_rejected);
  EXPECT_EQ(mixed->first_rejected->where, "feedback[0].outcome");
  EXPECT_FALSE(read(call("7,8")));
}

TEST(Feedback, takes_so_many_entries_in_a_call_and_none_of_a_longer_one) {
  auto const of = [](std::size_t count) {
    std::string entries;
    for (std::size_t i = 0; i < count; ++i) entries += (i == 0 ? "" : ",") + entry("'outcome':'overridden'");
    return read(call(entries));
  };
  EXPECT_EQ(of(kMost).value().entries.size(), kMost);
  auto const longer = of(kMost + 1);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Errc::too_large);
  EXPECT_EQ(longer.error().where, "feedback");
  EXPECT_NE(longer.error().detail.find("limits.feedback_entries"), std::string::npos) << longer.error().detail;
}

TEST(Feedback, FDBK_13_cuts_a_boundless_comment_at_a_whole_character) {
  std::string comment;
  for (int i = 0; i < 6000; ++i) comment += "ä";
  auto const found = read(call(entry("'outcome':'overridden','overrideReason':{'userComment':'" + comment + "'}")));
  EXPECT_EQ(found.value().entries.at(0).user_comment.size(), 10000U);
}

}  // namespace
}  // namespace ivig::hooks
