#include "base/json_read.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace ivig::base {
namespace {

std::unique_ptr<JsonBody> body_of(std::string text) {
  auto body = JsonBody::parse(std::move(text), {});
  EXPECT_TRUE(body.has_value());
  return std::move(*body);
}

TEST(JsonRead, HTTP_10_of_duplicate_members_the_last_counts) {
  auto body = body_of(R"({"a":"first","b":1,"a":"last"})");
  EXPECT_EQ(string_member(body->root(), "a"), "last");
}

TEST(JsonRead, REQ_08_null_counts_as_absent_but_can_be_told) {
  auto body = body_of(R"({"a":null})");
  EXPECT_EQ(member(body->root(), "a"), nullptr);
  ASSERT_NE(member_or_null(body->root(), "a"), nullptr);
  EXPECT_TRUE(member_or_null(body->root(), "a")->IsNull());
  EXPECT_EQ(member_or_null(body->root(), "b"), nullptr);
}

TEST(JsonRead, a_member_of_what_is_no_object_is_absent) {
  for (char const* text : {"[]", "5", "\"a\"", "null", "[{\"a\":1}]"}) {
    EXPECT_EQ(member(body_of(text)->root(), "a"), nullptr) << text;
  }
}

TEST(JsonRead, a_string_member_of_another_type_reads_as_absent) {
  auto body = body_of(R"({"a":5,"b":["x"],"c":{}})");
  for (char const* name : {"a", "b", "c", "d"}) EXPECT_EQ(string_member(body->root(), name), "") << name;
}

TEST(JsonRead, CTX_13_one_object_and_an_array_of_one_read_alike) {
  auto body = body_of(R"({"one":{"x":1},"many":[null,{"x":1},{"x":2}],"none":[],"text":"x"})");
  EXPECT_NE(object_member(body->root(), "one"), nullptr);
  ASSERT_NE(object_member(body->root(), "many"), nullptr);
  EXPECT_EQ(as_integer(*member(*object_member(body->root(), "many"), "x")), 1);
  EXPECT_EQ(object_member(body->root(), "none"), nullptr);
  EXPECT_EQ(object_member(body->root(), "text"), nullptr);

  std::vector<std::size_t> seen;
  auto note = [&](Json const&, std::size_t index) { seen.push_back(index); };
  each(body->root(), "one", note);
  each(body->root(), "many", note);
  each(body->root(), "absent", note);
  EXPECT_EQ(seen, (std::vector<std::size_t>{0, 1, 2}));
}

// Look-ups know names by length, two letters and a bit of 23: names that share those, many members, and repeats.
TEST(JsonRead, every_member_is_found_and_no_other_whatever_the_names_have_in_common) {
  std::vector<std::string> names{""};
  for (char const* name :
       {"id", "it", "code", "cove", "cake", "text", "test", "system", "status", "subject", "display"})
    names.emplace_back(name);
  for (int i = 0; i < 40; ++i) names.push_back("n" + std::to_string(i) + "e");
  names.emplace_back(300, 'x');
  names.emplace_back(300 - 256, 'x');
  std::mt19937 random(20261126);
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> members(std::uniform_int_distribution<std::size_t>(0, round % 2 == 0 ? 6 : 60)(random));
    std::string text = "{";
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i] = names[std::uniform_int_distribution<std::size_t>(0, names.size() - 1)(random)];
      text += (i == 0 ? "\"" : ",\"") + members[i] + "\":" + std::to_string(i);
    }
    auto const body = body_of(text + "}");
    for (auto const& name : names) {
      auto const last = std::find(members.rbegin(), members.rend(), name);
      Json const* found = member(body->root(), name);
      ASSERT_EQ(found != nullptr, last != members.rend()) << name << " in " << text;
      if (found == nullptr) continue;
      ASSERT_EQ(found->GetInt(), std::distance(last, members.rend()) - 1) << name << " in " << text;
    }
  }
}

TEST(JsonRead, numbers_read_as_exact_decimals) {
  auto body = body_of(R"([0.1,1.50,1e-7,-3,123456789012345678,18446744073709551615,2.0,"5",0.4,35.7,1.005,3E2])");
  std::vector<std::string> texts;
  for (Json const& value : body->root().GetArray()) {
    auto const decimal = as_decimal(value);
    texts.push_back(decimal ? decimal->short_text() : "-");
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"0.1", "1.5", "0.0000001", "-3", "123456789012345678", "-", "2", "-",
                                             "0.4", "35.7", "1.005", "300"}));
}

TEST(JsonRead, integers_are_whole_numbers_however_written) {
  auto body = body_of(R"([3,3.0,3.5,"3",true,1e300])");
  std::vector<std::int64_t> values;
  for (Json const& value : body->root().GetArray()) values.push_back(as_integer(value).value_or(-1));
  EXPECT_EQ(values, (std::vector<std::int64_t>{3, 3, -1, -1, -1, -1}));
}

TEST(JsonRead, a_boolean_is_true_or_false_or_absent) {
  auto body = body_of(R"({"a":true,"b":false,"c":"true"})");
  EXPECT_EQ(bool_member(body->root(), "a"), true);
  EXPECT_EQ(bool_member(body->root(), "b"), false);
  EXPECT_EQ(bool_member(body->root(), "c"), std::nullopt);
}

}  // namespace
}  // namespace ivig::base
