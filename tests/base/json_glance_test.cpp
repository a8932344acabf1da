#include "base/json_glance.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json_body.h"

namespace ivig::base {
namespace {

/// `text` with the bytes behind it that the reader may look at.
std::string padded(std::string const& text) { return text + std::string(JsonGlance::kPadding, ' '); }

struct Look {
  explicit Look(std::string const& text)
      : kept(padded(text)), read(glance.read(std::string_view(kept).substr(0, text.size()))) {}
  std::string kept;
  JsonGlance glance;
  bool read;
};

TEST(JsonGlance, sees_the_top_members_of_an_object) {
  Look const look(R"({"resourceType":"Condition","subject":{"reference":"Patient/p1"},"patient":[{"reference":"x"}],
                     "hook":null,"context":{},"plain":"Patient/p2","n":1})");
  ASSERT_TRUE(look.read);
  EXPECT_EQ(look.glance.text("resourceType"), "Condition");
  EXPECT_EQ(look.glance.text("n"), "") << "no string";
  EXPECT_EQ(look.glance.text("none"), "");
  EXPECT_EQ(look.glance.reference("subject"), "Patient/p1");
  EXPECT_EQ(look.glance.reference("patient"), "x");
  EXPECT_EQ(look.glance.reference("plain"), "Patient/p2");
  EXPECT_EQ(look.glance.reference("context"), "");
  EXPECT_FALSE(look.glance.has("hook")) << "null counts as absent";
  EXPECT_TRUE(look.glance.has("context"));
}

TEST(JsonGlance, never_takes_what_the_careful_reader_refuses) {
  std::string deep = std::string(70, '[') + std::string(70, ']');
  for (std::string const& text :
       {std::string("{"), std::string("[]"), std::string("{\"a\":1} x"), std::string("{\"a\":\"\xff\"}"),
        std::string("{\"a\":01}"), std::string("{\"a\":tru}"), std::string("{\"a\":\"\x01\"}"), std::string("{'a':1}"),
        "{\"a\":" + deep + "}", std::string("\xef\xbb\xbf{\"a\":1}")}) {
    EXPECT_FALSE(Look(text).read) << text;
  }
}

TEST(JsonGlance, is_used_again_after_a_refusal_and_for_longer_texts) {
  JsonGlance glance;
  for (std::size_t size : {10U, 100000U, 20U}) {
    std::string const text = "{\"id\":\"" + std::string(size, 'x') + "\"}";
    std::string const kept = padded(text);
    EXPECT_FALSE(glance.read(std::string_view(kept).substr(0, 5)));
    EXPECT_EQ(glance.text("id"), "");
    ASSERT_TRUE(glance.read(std::string_view(kept).substr(0, text.size())));
    EXPECT_EQ(glance.text("id").size(), size);
  }
}

}  // namespace
}  // namespace ivig::base
