#include "web/form.h"

#include <gtest/gtest.h>

namespace ivig::web {
namespace {

TEST(Form, gives_back_what_was_typed_line_breaks_and_umlauts_included) {
  std::string const text = "a b&c=d\r\n\"ä\" 100%";
  auto const form = read_form("note=" + url_escaped(text) + "&empty=&flag");
  ASSERT_TRUE(form);
  EXPECT_EQ(field(*form, "note"), text);
  EXPECT_EQ(field(*form, "empty"), "");
  EXPECT_EQ(field(*form, "flag"), "");
  EXPECT_EQ(field(*form, "absent"), "");
  EXPECT_EQ(field(*read_form("a=1+2&a=3%2B4"), "a"), "3+4");
}

TEST(Form, refuses_broken_escapes_nul_and_what_is_no_utf8) {
  for (char const* text : {"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "a=%c0%af", "%80=a"}) {
    EXPECT_FALSE(read_form(text)) << text;
  }
}

}  // namespace
}  // namespace ivig::web
