#include "base/json_write.h"

#include <gtest/gtest.h>

#include "base/json_read.h"

namespace ivig::base {
namespace {

TEST(JsonWrite, writes_nested_values_with_commas_where_they_are_due) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("cards");
  json.begin_array();
  json.begin_object();
  json.member("summary", "x");
  json.member("ok", true);
  json.member("n", 5);
  json.end_object();
  json.begin_object();
  json.end_object();
  json.integer(-7);
  json.decimal(Decimal(150, 2));
  json.boolean(false);
  json.end_array();
  json.key("empty");
  json.begin_array();
  json.end_array();
  json.member("last", std::string("y"));
  json.end_object();
  EXPECT_EQ(out, R"({"cards":[{"summary":"x","ok":true,"n":5},{},-7,1.50,false],"empty":[],"last":"y"})");
}

TEST(JsonWrite, DISC_11_leaves_out_members_without_value) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member_if("a", "");
  json.member_if("b", "x");
  json.end_object();
  EXPECT_EQ(out, R"({"b":"x"})");
}

TEST(JsonWrite, HTTP_11_splices_text_unchanged) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("resource");
  json.raw(R"({"value": 0.10})");
  json.member("z", "1");
  json.end_object();
  EXPECT_EQ(out, R"({"resource":{"value": 0.10},"z":"1"})");
}

TEST(JsonWrite, strings_come_back_as_they_were) {
  std::string text = "\"\\/\b\f\n\r\t é€😀";
  for (char c = 0; c < 0x20; ++c) text += c;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member(text, text);
  json.end_object();
  auto body = JsonBody::parse(out, {});
  ASSERT_TRUE(body.has_value()) << out;
  EXPECT_EQ(string_member((*body)->root(), text), text);
}

}  // namespace
}  // namespace ivig::base
