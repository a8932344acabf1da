#include "base/json_glance.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

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
  Look look(R"({"resourceType":"Condition","subject":{"reference":"Patient/p1"},"patient":[{"reference":"x"}],
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

constexpr std::array<char const*, 9> kNames{"resourceType", "id",     "subject", "patient", "hook",
                                            "context",      "output", "code",    "none"};

/// JSON texts of the kinds that exports are made of, and of kinds that they had better not be.
class Texts {
 public:
  explicit Texts(unsigned seed) : random_(seed) {}

  std::string object(unsigned depth = 0) {
    std::string text = "{" + blank();
    unsigned const members = below(depth == 0 ? 9 : 4);
    for (unsigned i = 0; i < members; ++i) {
      if (i > 0) text += "," + blank();
      text += name() + blank() + ":" + blank() + value(depth) + blank();
    }
    return text + "}";
  }
  /// One byte put in, taken out or exchanged; or the end cut off.
  std::string damaged(std::string text) {
    constexpr std::string_view kBytes = "{}[]\",:\\ 01.-eEtn\n\xC3\xE2\x7F\x01u";
    std::size_t const at = below(static_cast<unsigned>(text.size()));
    char const byte = kBytes[below(kBytes.size())];
    switch (below(4)) {
      case 0: return text.insert(at, 1, byte);
      case 1: return text.erase(at, 1);
      case 2: return text.substr(0, at);
      default: text[at] = byte; return text;
    }
  }

 private:
  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }
  template <std::size_t Size>
  std::string one_of(std::array<char const*, Size> const& choices) {
    return choices[below(Size)];
  }
  std::string blank() { return below(4) == 0 ? one_of(std::array{" ", "\t", "  ", "\r\n"}) : ""; }
  std::string name() {
    if (below(20) == 0) return one_of(std::array{R"("resource\u0054ype")", R"("\u0069d")", R"("sub\/ject")", R"("")"});
    if (below(5) == 0) return R"("reference")";
    return "\"" + one_of(kNames) + "\"";
  }
  std::string string() {
    std::string text = "\"";
    for (unsigned pieces = below(4); pieces > 0; --pieces) {
      text += one_of(std::array{"Patient", "/", "p1", "Condition", "Bundle", "#", "{\\\"a\\\":1}", "ö",
                                "\xF0\x9F\x98\x80", "a text longer than one piece of sixteen bytes", "}", ",", "\\n"});
      if (below(8) == 0) text += one_of(std::array{"\\/", "\\\\", "\\u00e9", "\\ud83d\\ude00", "\\u0050"});
    }
    return text + "\"";
  }
  std::string value(unsigned depth) {
    switch (below(depth > 4 ? 6 : 10)) {
      case 0: return one_of(std::array{"null", "true", "false"});
      case 1:
        return one_of(std::array{"0", "-0", "12", "-3.50", "0.000", "1e3", "1E-2", "999999999999999999",
                                 "9223372036854775807", "12345678901234567890123", "1e999"});
      case 6: return "{\"reference\":" + blank() + string() + "}";
      case 7: return "[" + object(depth + 1) + blank() + "," + value(depth + 1) + "]";
      case 8: return "[" + blank() + "]";
      case 9: return object(depth + 1);
      default: return string();
    }
  }

  std::mt19937 random_;
};

/// The same members behind which stands what the quick way does not take.
std::string made_careful(std::string const& text) {
  std::size_t const end = text.rfind('}');
  bool const empty = text.find_first_not_of("{ \t\r\n") == end;
  return text.substr(0, end) + (empty ? "" : ",") + R"("\u0000":1e0})";
}

TEST(JsonGlance, gives_the_same_answers_the_quick_and_the_careful_way) {
  Texts texts(8);
  unsigned quick = 0;
  JsonGlance first, second;
  for (unsigned round = 0; round < 20000; ++round) {
    std::string const text = texts.object();
    std::string const plain = padded(text), careful = padded(made_careful(text));
    bool const read = first.read(std::string_view(plain).substr(0, text.size()));
    ASSERT_EQ(read, second.read(std::string_view(careful).substr(0, careful.size() - JsonGlance::kPadding))) << text;
    if (!read) continue;
    quick += first.written() != nullptr ? 1 : 0;
    ASSERT_EQ(second.written(), nullptr);
    for (std::string const name : kNames) {
      ASSERT_EQ(first.has(name), second.has(name)) << name << " in " << text;
      ASSERT_EQ(first.text(name), second.text(name)) << name << " in " << text;
      ASSERT_EQ(first.reference(name), second.reference(name)) << name << " in " << text;
    }
  }
  EXPECT_GT(quick, 2000U) << "else this compares nothing";
}

TEST(JsonGlance, the_quick_way_takes_nothing_that_is_damaged) {
  Texts texts(9);
  JsonGlanceScan scan;
  unsigned taken = 0, refused = 0;
  for (unsigned round = 0; round < 40000; ++round) {
    std::string const text = texts.damaged(texts.object());
    // Behind the text stands what could go on with it.
    std::string const kept =
        text + R"(}],"a":[1,{"b":"c"}]}"}12,}]}{"c":true}                                              )";
    if (!scan.read(std::string_view(kept).substr(0, text.size()))) {
      ++refused;
      continue;
    }
    ++taken;
    auto const body = JsonBody::parse(text, {});
    ASSERT_TRUE(body) << text << "\n" << body.error().detail;
    ASSERT_TRUE((*body)->root().IsObject()) << text;
    ASSERT_EQ(scan.members().size(), (*body)->root().MemberEnd() - (*body)->root().MemberBegin()) << text;
  }
  EXPECT_GT(taken, 1000U);
  EXPECT_GT(refused, 1000U);
}

TEST(JsonGlance, the_quick_way_notes_members_as_they_are_written) {
  std::string const text = R"({ "id" : "a", "contained":[{"id":"\"x\""}] ,"id":null})";
  std::string const kept = padded(text);
  JsonGlance glance;
  ASSERT_TRUE(glance.read(std::string_view(kept).substr(0, text.size())));
  ASSERT_NE(glance.written(), nullptr);
  ASSERT_EQ(glance.written()->size(), 3U);
  EXPECT_EQ(glance.written()->at(0).value, "\"a\"");
  EXPECT_EQ(glance.written()->at(1).value, R"([{"id":"\"x\""}])");
  EXPECT_TRUE(glance.written()->at(1).escaped);
  EXPECT_FALSE(glance.written()->at(2).escaped);
  EXPECT_EQ(glance.text("id"), "a") << "of duplicates the first";
}

TEST(JsonGlance, what_is_nested_before_the_outer_member_is_not_taken_for_it) {
  for (std::string const& more : {std::string(), std::string(R"(,"x":"\u0041")")}) {
    Look look(
        R"({"contained":[{"resourceType":"Medication","id":"m"}],"meta":{"id":"n","subject":{"reference":"x"}},)"
        R"("resource\u0054ype":"Patient","resourceType":"Condition","id":"c","subject":{"type":"y","reference":"Patient\/p"})" +
        more + "}");
    ASSERT_TRUE(look.read);
    EXPECT_EQ(look.glance.text("resourceType"), "Patient") << "the first, with an escape";
    EXPECT_EQ(look.glance.text("id"), "c");
    EXPECT_EQ(look.glance.reference("subject"), "Patient/p");
  }
}

TEST(JsonGlance, reads_no_further_than_the_padding) {
  JsonGlanceScan scan;
  for (std::string const& text :
       {std::string("{"), std::string("{\"a"), std::string("{\"a\":"), std::string("{\"a\":1"),
        std::string("{\"a\":[[["), std::string("{\"a\":\"\\"), std::string("{\"a\":tr")}) {
    for (std::string const behind : {"\"", "1", " ", "[", "{\"a\":", "\\\"", ",\"a\":1", "e", "\x01"}) {
      std::string padding;
      while (padding.size() < JsonGlance::kPadding) padding += behind;
      std::vector<char> kept(text.begin(), text.end());  // without a terminator: a sanitizer sees each byte beyond
      kept.insert(kept.end(), padding.begin(), padding.begin() + JsonGlance::kPadding);
      EXPECT_FALSE(scan.read({kept.data(), text.size()})) << text << behind;
    }
  }
}

}  // namespace
}  // namespace ivig::base
