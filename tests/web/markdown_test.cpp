#include "web/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ivig::web {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Markdown, keeps_emphasis_lists_and_links_to_pages) {
  EXPECT_EQ(markdown_html("**Evidence:** Class I\n\n- one\n- two"),
            "<p><strong>Evidence:</strong> Class I</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n");
  EXPECT_THAT(markdown_html("[page](https://cds.example.org/evidence/a/b)"),
              HasSubstr("href=\"https://cds.example.org/evidence/a/b\""));
}

TEST(Markdown, leaves_out_html_script_addresses_and_pictures) {
  EXPECT_THAT(markdown_html("<script>alert(1)</script> <b onclick=x>y</b>"),
              AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<b"))));
  for (char const* link : {"[x](javascript:alert(1))", "[x](data:text/html,x)", "[x](JaVaScRiPt:alert(1))",
                           "<javascript:alert(1)>", "[x](//evil.example.net)"}) {
    EXPECT_THAT(markdown_html(link),
                AllOf(Not(HasSubstr("javascript:alert(1)\"")), Not(HasSubstr("data:")), Not(HasSubstr("href=\"//"))))
        << link;
  }
  EXPECT_THAT(markdown_html("![x](https://evil.example.net/pixel)"), Not(HasSubstr("evil.example.net")));
}

TEST(Markdown, shows_escaped_text_as_it_was_meant) {
  EXPECT_EQ(markdown_html("2 \\< 3 \\*not\\* bold"), "<p>2 &lt; 3 *not* bold</p>\n");
}

}  // namespace
}  // namespace ivig::web
