// Foreign text on one line, and in a CSV field.
#include "base/printable.h"

#include <gtest/gtest.h>

#include <string>

#include "base/csv.h"

namespace ivig::base {
namespace {

TEST(Printable, leaves_ordinary_text_as_it_is) {
  for (std::string const text : {"", "export/2025 März.ndjson", "患者.json", "a\\nb", "x:1: y", "\xF0\x9F\x98\x80"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, escapes_what_begins_a_line_or_steers_a_terminal) {
  struct Case {
    std::string text, shown;
  };
  for (Case const& c : {Case{"a\nivig-cds: b", "a\\nivig-cds: b"},
                        {"a\r\tb", "a\\r\\tb"},
                        {"\x1B[2J\x1B]0;t\x07", "\\x1b[2J\\x1b]0;t\\x07"},
                        {std::string("a\0b", 3), "a\\x00b"},
                        {"\x7F", "\\x7f"},
                        {"\xC2\x9B"
                         "2J",
                         "\\x9b2J"},                          // CSI as one character
                        {"\xC2\x85", "\\x85"},                // next line
                        {"\xE2\x80\xA8", "\\u{2028}"},        // line separator
                        {"\xE2\x80\xAEtxt", "\\u{202e}txt"},  // right-to-left override
                        {"\xE2\x81\xA6", "\\u{2066}"},
                        {"\xFF\xC3", "\\xff\\xc3"},              // no UTF-8
                        {"\xED\xA0\x80", "\\xed\\xa0\\x80"}}) {  // a surrogate is none either
    EXPECT_EQ(printable(c.text), c.shown);
  }
  EXPECT_EQ(printable("a\n\tb\x1B", "\n\t"), "a\n\tb\\x1b");
}

TEST(CsvField, is_quoted_where_it_has_to_be) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("\x1B[31mred"), "\\x1b[31mred");
}

TEST(CsvField, is_no_formula_to_any_spreadsheet) {
  for (std::string const sign :
       {"=", "+", "-", "@", "\t", "\r", "\n", " =", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"}) {
    EXPECT_EQ(csv_field(sign + "1"), "\"'" + sign + "1\"");
  }
  EXPECT_EQ(csv_field("1-2"), "1-2");
}

}  // namespace
}  // namespace ivig::base
