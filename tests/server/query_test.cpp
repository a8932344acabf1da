#include "server/query.h"

#include <gtest/gtest.h>

namespace ivig::server {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Query, gives_names_and_decoded_values_in_order) {
  EXPECT_EQ(parse_query("a=1&b=x%20y+z&c&=d&&e=%C3%A4%26"),
            (Pairs{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"", "d"}, {"e", "ä&"}}));
  EXPECT_EQ(parse_query(""), Pairs{});
}

TEST(Query, refuses_broken_escapes_and_control_characters) {
  for (char const* query : {"a=%", "a=%2", "a=%zz", "a=%00", "a=%0A", "%7F=1"}) {
    EXPECT_EQ(parse_query(query), std::nullopt) << query;
  }
}

}  // namespace
}  // namespace ivig::server
