// The reader of requests against RapidJSON: the same verdict and the same tree, over examples and what random harm
// makes of them.

#include "base/json_tree.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/json_fault.h"

namespace ivig::base {
namespace {

bool same(Json const& ours, rapidjson::Value const& theirs);

bool same_text(Json const& ours, rapidjson::Value const& theirs) {
  return std::string_view(ours.GetString(), ours.GetStringLength()) ==
         std::string_view(theirs.GetString(), theirs.GetStringLength());
}

bool same_number(Json const& ours, rapidjson::Value const& theirs) {
  if (theirs.IsInt64()) return ours.IsInt64() && ours.GetInt64() == theirs.GetInt64();
  if (theirs.IsUint64()) return ours.IsUint64() && !ours.IsInt64() && ours.GetUint64() == theirs.GetUint64();
  // RapidJSON rounds an integer beyond 64 bits digit by digit, so that its last bit may be off.
  double const near = std::abs(theirs.GetDouble()) * 1e-15;
  // "-0" is an integer to one and a double to the other; a number all the same.
  return (ours.IsDouble() || ours.IsInt64()) && std::abs(ours.GetDouble() - theirs.GetDouble()) <= near;
}

bool same_object(Json const& ours, rapidjson::Value const& theirs) {
  if (!ours.IsObject() || ours.MemberCount() != theirs.MemberCount()) return false;
  auto mine = ours.MemberBegin();
  for (auto const& member : theirs.GetObject()) {
    if (!same_text(mine->name, member.name) || !same(mine->value, member.value)) return false;
    ++mine;
  }
  return true;
}

bool same_array(Json const& ours, rapidjson::Value const& theirs) {
  if (!ours.IsArray() || ours.Size() != theirs.Size()) return false;
  for (std::size_t i = 0; i < ours.Size(); ++i) {
    if (!same(ours[i], theirs[static_cast<rapidjson::SizeType>(i)])) return false;
  }
  return true;
}

bool same(Json const& ours, rapidjson::Value const& theirs) {
  if (theirs.IsObject()) return same_object(ours, theirs);
  if (theirs.IsArray()) return same_array(ours, theirs);
  if (theirs.IsString()) return ours.IsString() && same_text(ours, theirs);
  if (theirs.IsNumber()) return same_number(ours, theirs);
  if (theirs.IsBool()) return ours.IsBool() && ours.GetBool() == theirs.GetBool();
  return ours.IsNull();
}

/// Empty when both readers agree, else what they differ in.
std::string difference(std::string const& text) {
  JsonLimits const limits{1024 * 1024, 16};
  auto const body = JsonBody::parse(text, limits);
  auto const fault = json_fault(text, limits);
  if (fault) {
    if (body) return "accepted, and yet: " + fault->detail;
    return body.error().detail == fault->detail || text.starts_with("\xEF\xBB\xBF") ? "" : "another reason";
  }
  // In range, because RapidJSON 1.1 refuses 1e999 and reads 0e99 from memory that it never wrote.
  std::string const in_range = with_numbers_in_range(text);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseFullPrecisionFlag>(in_range.data(), in_range.size());
  if (!body) return document.HasParseError() ? "" : "refused: " + body.error().detail;
  if (document.HasParseError()) return "accepted, and yet RapidJSON cannot read it";
  return same((*body)->root(), document) ? "" : "another tree";
}

std::vector<std::string> examples() {
  std::vector<std::string> texts{
      R"({"a":1,"a":2,"b":[true,false,null,[],{}],"c":{"d":"\u00e4\n\"\\\/\ud83d\ude00"},"e":-0,"f":1.50,"g":1e-400})",
      R"([0,-1,9223372036854775807,9223372036854775808,18446744073709551615,18446744073709551616,1e308,1e309,-1e999])",
      R"("text")",
      "5",
      " [ ] ",
      "[1e5,1E+5,0.1,-0.0,123456789012345678901234567890,0e999]"};
  for (auto const& entry :
       std::filesystem::directory_iterator(std::string(IVIG_SOURCE_DIR) + "/conformance/examples")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

/// One random harm: a byte replaced, taken out, put in or repeated; mostly such as JSON is made of.
void harm(std::string& text, std::mt19937& random) {
  static constexpr std::string_view kPieces = "{}[]\",:\\u0123456789abcdefDC-+.eEtrnl \n\t\x01\x1f\x7f\xc3\xa4\xed\xa0";
  auto const at = random() % (text.size() + 1);
  char const piece = kPieces[random() % kPieces.size()];
  switch (random() % 4) {
    case 0:
      if (at < text.size()) text[at] = piece;
      break;
    case 1:
      if (at < text.size()) text.erase(at, 1 + random() % 3);
      break;
    case 2: text.insert(at, 1, piece); break;
    default: text.insert(at, text.substr(at, random() % 12)); break;
  }
}

TEST(JsonTree, REQ_HTTP_10_examples_read_as_RapidJSON_reads_them) {
  for (auto const& text : examples()) EXPECT_EQ(difference(text), "") << text.substr(0, 200);
}

TEST(JsonTree, REQ_HTTP_10_harmed_texts_are_taken_and_refused_as_RapidJSON_does) {
  std::mt19937 random(20261126);  // the same harm in every run
  auto const whole = examples();
  std::size_t refused = 0;
  std::size_t taken = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string text = whole[random() % whole.size()];
    // A part of a long example: harm near its structure, not lost in it.
    if (text.size() > 600 && random() % 4 != 0) text = text.substr(0, 600);
    for (auto harms = 1 + random() % 3; harms > 0; --harms) harm(text, random);
    ASSERT_EQ(difference(text), "") << "round " << round << ": " << text.substr(0, 700);
    (json_fault(text, {1024 * 1024, 16}) ? refused : taken) += 1;
  }
  EXPECT_GT(refused, 1000U);
  EXPECT_GT(taken, 300U);
}

TEST(JsonTree, holds_more_children_than_its_first_block) {
  std::string text = "[";
  for (int i = 0; i < 5000; ++i) text += "{\"n\":" + std::to_string(i) + "},";
  text.back() = ']';
  JsonTree tree;
  ASSERT_TRUE(tree.read(text, 64));
  ASSERT_EQ(tree.root().Size(), 5000U);
  EXPECT_EQ(tree.root()[4999].MemberBegin()->value.GetInt(), 4999);
}

TEST(JsonTree, a_long_text_leaves_no_long_memory_behind_and_no_trace) {
  std::string text = "\"" + std::string(3U << 20U, 'x') + "\"";
  JsonTree large;
  ASSERT_TRUE(large.read(text, 64));
  std::string small = "[1]";
  JsonTree after;
  ASSERT_TRUE(after.read(small, 64));
  EXPECT_EQ(after.root()[0].GetInt(), 1);
  EXPECT_EQ(large.root().GetStringLength(), 3U << 20U);
}

}  // namespace
}  // namespace ivig::base
