#include "base/json_body.h"

#include <gtest/gtest.h>

#include "base/json_read.h"

namespace ivig::base {
namespace {

using namespace std::string_literals;

Result<std::unique_ptr<JsonBody>> parse(std::string bytes, JsonLimits limits = {}) {
  return JsonBody::parse(std::move(bytes), limits);
}

Errc refusal(std::string bytes, JsonLimits limits = {}) {
  auto body = parse(std::move(bytes), limits);
  EXPECT_FALSE(body.has_value());
  return body ? Errc::internal : body.error().code;
}

std::string nested_arrays(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string nested_objects(std::size_t depth) {
  std::string text;
  for (std::size_t i = 1; i < depth; ++i) text += R"({"a":)";
  text += "{}";
  text.append(depth - 1, '}');
  return text;
}

std::string const kSample =
    R"({"hook":"order-sign","context":{"patientId":"p1","n":[1,-2.50,1e-7,true,null]},"t":"\u00e9\ud83d\ude00 é"})";

TEST(JsonBody, HTTP_02_reads_a_text_and_keeps_its_bytes) {
  auto body = parse(kSample);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ((*body)->wire(), kSample);
  EXPECT_EQ(string_member((*body)->root(), "hook"), "order-sign");
  EXPECT_EQ(string_member((*body)->root(), "t"), "é😀 é");
}

TEST(JsonBody, HTTP_11_wire_keeps_the_text_of_decimals_and_escapes) {
  std::string const text = R"({"a":0.10,"b":1e-7,"c":"\u0041\n"})";
  auto body = parse(text);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(string_member((*body)->root(), "c"), "A\n");
  EXPECT_EQ((*body)->wire(), text);
}

TEST(JsonBody, HTTP_10_depth_limit_is_exact) {
  for (std::size_t depth : {1U, 63U, 64U}) {
    EXPECT_TRUE(parse(nested_arrays(depth)).has_value()) << depth;
    EXPECT_TRUE(parse(nested_objects(depth)).has_value()) << depth;
  }
  EXPECT_EQ(refusal(nested_arrays(65)), Errc::too_deep);
  EXPECT_EQ(refusal(nested_objects(65)), Errc::too_deep);
  EXPECT_TRUE(parse(nested_arrays(3), {.bytes = 100, .depth = 3}).has_value());
  EXPECT_EQ(refusal(nested_arrays(4), {.bytes = 100, .depth = 3}), Errc::too_deep);
}

TEST(JsonBody, siblings_do_not_add_to_the_depth) {
  EXPECT_TRUE(parse("[[],[],{},[{}]]", {.bytes = 100, .depth = 3}).has_value());
}

TEST(JsonBody, HTTP_10_a_hundred_thousand_nested_arrays_are_refused_not_recursed_into) {
  EXPECT_EQ(refusal(nested_arrays(100'000)), Errc::too_deep);
  EXPECT_EQ(refusal(std::string(100'000, '[')), Errc::too_deep);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_EQ(refusal(objects), Errc::too_deep);
}

TEST(JsonBody, HTTP_09_size_limit_is_exact) {
  EXPECT_TRUE(parse("[1,2]", {.bytes = 5, .depth = 64}).has_value());
  EXPECT_EQ(refusal("[1,2]", {.bytes = 4, .depth = 64}), Errc::too_large);
}

TEST(JsonBody, HTTP_02_refuses_what_is_no_json_with_its_byte_offset) {
  struct Case {
    std::string text;
    std::string place;
  };
  Case const cases[] = {
      {"", "byte 0"},
      {"   ", "byte"},
      {"\xEF\xBB\xBF{}", "byte order mark at byte 0"},
      {"{\"a\":1\0}"s, "control character at byte 6"},
      {"{}\0"s, "control character at byte 2"},
      {"\"a\0b\""s, "control character at byte 2"},
      {"[\"0123456789012345678901234567890\x1A\"]", "control character at byte 33"},
      {"{} x", "byte 3"},
      {"{}{}", "byte 2"},
      {"[1,]", "byte 3"},
      {"{\"a\":1,}", "byte 7"},
      {"{a:1}", "byte 1"},
      {"// c\n{}", "byte 0"},
      {"[01]", "byte"},
      {"[+1]", "byte 1"},
      {"[NaN]", "byte 1"},
      {R"(["\x"])", "byte"},
      {R"(["\ud800"])", "byte 2"},
      {R"(["\ud800\u0041"])", "byte 2"},
      {R"(["\udc00"])", "lone surrogate at byte 2"},
      {R"(["\ud83d\ude00\ude00"])", "lone surrogate at byte 14"},
      {"[\"\xC0\xAF\"]", "invalid UTF-8 at byte 2"},
      {"[\"\xED\xA0\x80\"]", "invalid UTF-8 at byte 2"},
      {"[\"\xF4\x90\x80\x80\"]", "invalid UTF-8 at byte 2"},
      {"[\"\xE2\x82\"]", "invalid UTF-8 at byte 2"},
      {"[\"0123456789abcdef\xFF\"]", "invalid UTF-8 at byte 18"},
      {"\xC3", "invalid UTF-8 at byte 0"},
  };
  for (Case const& c : cases) {
    auto body = parse(c.text);
    ASSERT_FALSE(body.has_value()) << c.text;
    EXPECT_EQ(body.error().code, Errc::not_json) << c.text;
    EXPECT_NE(body.error().detail.find(c.place), std::string::npos) << c.text << ": " << body.error().detail;
  }
}

TEST(JsonBody, escaped_backslashes_before_a_u_are_no_surrogates) {
  auto body = parse(R"(["\\udc00","\u0000","\uD83D\uDE00"])");
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(as_string((*body)->root()[0]), "\\udc00");
  EXPECT_EQ(as_string((*body)->root()[1]), "\0"s);
}

TEST(JsonBody, accepts_every_length_of_utf8_at_every_alignment) {
  for (std::size_t lead = 0; lead < 40; ++lead) {
    std::string const inner = std::string(lead, 'x') + "é€😀" + std::string(lead, 'y');
    auto body = parse("[\"" + inner + "\"]");
    ASSERT_TRUE(body.has_value()) << lead;
    EXPECT_EQ(as_string((*body)->root()[0]), inner);
  }
}

TEST(JsonBody, HTTP_10_a_text_cut_at_any_byte_is_refused) {
  for (std::size_t length = 0; length < kSample.size(); ++length) {
    EXPECT_EQ(refusal(kSample.substr(0, length)), Errc::not_json) << length;
  }
}

TEST(JsonBody, HTTP_10_a_text_with_any_byte_replaced_never_crashes) {
  for (std::size_t at = 0; at < kSample.size(); ++at) {
    for (char byte : "\x1B\"\\[{}9\x80\xFF") {
      std::string text = kSample;
      text[at] = byte;
      (void)parse(text);
    }
  }
}

TEST(JsonBody, HTTP_10_huge_numbers_stay_numbers_without_usable_value) {
  auto body = parse(R"({"a":1e999,"b":-1e400,"c":)" + std::string(400, '9') +
                    R"(,"d":1.50,"e":"1e999","f":1e-999,"g":0e999,"h":[-2e308],"i":"\"1e999"})");
  ASSERT_TRUE(body.has_value());
  Json const& root = (*body)->root();
  for (char const* name : {"a", "b", "c", "h"}) {
    Json const& value = (*member(root, name)).IsArray() ? (*member(root, name))[0] : (*member(root, name));
    EXPECT_TRUE(value.IsNumber()) << name;
    EXPECT_EQ(as_decimal(value), std::nullopt) << name;
    EXPECT_EQ(as_integer(value), std::nullopt) << name;
  }
  EXPECT_EQ(as_decimal(*member(root, "d")), Decimal(15, 1));
  EXPECT_EQ(as_decimal(*member(root, "f")), Decimal());
  EXPECT_EQ(as_decimal(*member(root, "g")), Decimal());
  EXPECT_EQ(string_member(root, "e"), "1e999");
  EXPECT_EQ(string_member(root, "i"), "\"1e999");
}

TEST(JsonBody, a_scalar_is_a_text_too) {
  EXPECT_TRUE(parse(" null ").has_value());
  EXPECT_TRUE(parse("5").has_value());
}

TEST(JsonBody, holds_texts_beyond_its_first_memory_block) {
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i) text += R"({"id":"x\u0041"},)";
  text += "{}]";
  auto body = parse(text);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ((*body)->root().Size(), 20'001U);
  EXPECT_EQ(string_member((*body)->root()[19'999], "id"), "xA");
}

}  // namespace
}  // namespace ivig::base
