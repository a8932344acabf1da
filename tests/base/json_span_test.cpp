#include "base/json_span.h"

#include <gtest/gtest.h>

namespace ivig::base {
namespace {

constexpr std::string_view kText =
    R"( {"a" : [ 1 , {"b":"x\"}]"} , 0.10 ], "c":{"d":[[2],3]}, "c":{"d":4}, "e":"last", "f":{} } )";

std::string at(std::vector<JsonStep> const& path) { return std::string(json_at(kText, path).value_or("(none)")); }

TEST(JsonSpan, HTTP_11_a_value_keeps_its_text) {
  EXPECT_EQ(at({"a", std::size_t{2}}), "0.10");
  EXPECT_EQ(at({"a", std::size_t{1}, "b"}), R"("x\"}]")");
  EXPECT_EQ(at({"e"}), "\"last\"");
  EXPECT_EQ(at({"f"}), "{}");
}

TEST(JsonSpan, of_duplicate_members_the_last_counts) { EXPECT_EQ(at({"c", "d"}), "4"); }

TEST(JsonSpan, CTX_13_an_object_reads_as_an_array_of_one_and_the_reverse) {
  EXPECT_EQ(at({"f", std::size_t{0}}), "{}");
  EXPECT_EQ(at({"f", std::size_t{1}}), "(none)");
  EXPECT_EQ(std::string(*json_at(R"([{"k":7},{"k":8}])", {"k"})), "7");
}

TEST(JsonSpan, what_is_not_there_is_not_found) {
  EXPECT_EQ(at({"x"}), "(none)");
  EXPECT_EQ(at({"a", std::size_t{3}}), "(none)");
  EXPECT_EQ(at({"e", "y"}), "(none)");
  EXPECT_FALSE(json_at("", {"a"}));
  EXPECT_FALSE(json_at("[]", {std::size_t{0}}));
}

TEST(JsonSpan, a_change_leaves_every_other_byte) {
  std::string const text = R"({"value": 0.10, "unit" : "g\/kg", "value2":1e-7})";
  auto const value = json_at(text, {"value"});
  auto const last = json_at(text, {"value2"});
  EXPECT_EQ(spliced(text, {{*last, "2"}, {*value, "0.4"}}), R"({"value": 0.4, "unit" : "g\/kg", "value2":2})");
}

}  // namespace
}  // namespace ivig::base
