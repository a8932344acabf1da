#include "base/decimal.h"

#include <gtest/gtest.h>

#include <limits>

namespace ivig::base {

void PrintTo(Decimal const& value, std::ostream* out) { *out << value.text(); }

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Decimal d(std::string_view text) {
  auto value = Decimal::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Decimal());
}

TEST(Decimal, keeps_the_precision_as_written) {
  struct Case {
    char const* in;
    char const* text;
    char const* short_text;
  };
  Case const cases[] = {
      {"0", "0", "0"},
      {"1.50", "1.50", "1.5"},
      {"0.10", "0.10", "0.1"},
      {"-3", "-3", "-3"},
      {"-0.05", "-0.05", "-0.05"},
      {"1e-7", "0.0000001", "0.0000001"},
      {"1.5E+2", "150", "150"},
      {"2e3", "2000", "2000"},
      {"100", "100", "100"},
      {"-0.0", "0.0", "0"},
      {"007.0", "7.0", "7"},
      {"0.000", "0.000", "0"},
      {"999999999999999999", "999999999999999999", "999999999999999999"},
      {"1.0000000000000000000000", "1.00000000000000000", "1"},
      {"0e500", "0", "0"},
  };
  for (Case const& c : cases) {
    EXPECT_EQ(d(c.in).text(), c.text) << c.in;
    EXPECT_EQ(d(c.in).short_text(), c.short_text) << c.in;
  }
}

TEST(Decimal, refuses_what_is_no_number_or_does_not_fit) {
  for (char const* text : {"",
                           "-",
                           "+1",
                           ".5",
                           "5.",
                           "1,5",
                           " 1",
                           "1 ",
                           "0x1",
                           "1e",
                           "1e+",
                           "1e--1",
                           "1e+-1",
                           "--1",
                           "NaN",
                           "1e999",
                           "1e18",
                           "1234567890123456789",
                           "0.1234567890123456789",
                           "1e-19",
                           "1e99999999999"}) {
    auto value = Decimal::parse(text);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error().code, Errc::invalid_value);
  }
}

TEST(Decimal, compares_by_value_not_by_precision) {
  EXPECT_EQ(d("1.50"), d("1.5"));
  EXPECT_EQ(d("0.0"), d("0"));
  EXPECT_LT(d("0.399"), d("0.4"));
  EXPECT_GT(d("2.0000001"), d("2"));
  EXPECT_LT(d("-2"), d("-1.999"));
  EXPECT_LT(d("0.000000000000000001"), d("999999999999999999"));
  EXPECT_LT(d("-999999999999999999"), d("0.000000000000000001"));
}

TEST(Decimal, adds_subtracts_and_multiplies_exactly) {
  EXPECT_EQ((d("0.1") + d("0.2")).text(), "0.3");
  EXPECT_EQ((d("1.50") + d("2")).text(), "3.50");
  EXPECT_EQ(d("1") - d("0.001"), d("0.999"));
  EXPECT_EQ(d("0.4") * d("70.5"), d("28.2"));
  EXPECT_EQ(d("-2") * d("0.5"), d("-1"));
}

TEST(Decimal, divides_to_nine_decimals_rounded_half_up) {
  EXPECT_EQ((d("1") / d("3")).text(), "0.333333333");
  EXPECT_EQ((d("2") / d("3")).text(), "0.666666667");
  EXPECT_EQ(d("140") / d("70"), d("2"));
  EXPECT_EQ(d("-1") / d("8"), d("-0.125"));
  EXPECT_EQ(d("0.000000001") / d("2"), d("0.000000001"));
  EXPECT_EQ(d("5") / d("0"), d("0"));
}

TEST(Decimal, rounds_half_up_and_never_adds_places) {
  EXPECT_EQ(d("2.345").rounded(2).text(), "2.35");
  EXPECT_EQ(d("2.344").rounded(2).text(), "2.34");
  EXPECT_EQ(d("2.5").rounded(0).text(), "3");
  EXPECT_EQ(d("-2.5").rounded(0).text(), "-3");
  EXPECT_EQ(d("2.5").rounded(4).text(), "2.5");
  EXPECT_EQ(d("2.5").rounded(-1).text(), "3");
}

TEST(Decimal, overflow_saturates_or_loses_decimals_but_never_wraps) {
  Decimal const most(kMost, 0);
  EXPECT_EQ(most + most, most);
  EXPECT_EQ(Decimal(kLeast, 0) - most, Decimal(-kMost, 0));
  EXPECT_EQ(most * most, most);
  EXPECT_EQ(most * Decimal(-kMost, 0), Decimal(-kMost, 0));
  EXPECT_EQ(most / Decimal(1, 18), most);
  EXPECT_EQ(Decimal(1, 18) * Decimal(1, 18), Decimal());
  EXPECT_EQ((d("123456789.123456789") * d("1000000.000001")).rounded(0), d("123456789123580"));
  EXPECT_GT(most + Decimal(1, 18), d("1"));
}

TEST(Decimal, any_scale_given_by_hand_is_brought_into_range) {
  EXPECT_EQ(Decimal(5, -2).text(), "500");
  EXPECT_EQ(Decimal(5, 400).short_text(), "0");
  EXPECT_EQ(Decimal(5, -400), Decimal(kMost, 0));
  EXPECT_EQ(Decimal(-5, -400), Decimal(-kMost, 0));
  EXPECT_EQ(Decimal(kLeast, 0).text(), "-9223372036854775808");
  EXPECT_EQ(Decimal(15, 19), Decimal(2, 18));
}

TEST(Decimal, approximates_for_display_of_magnitudes) { EXPECT_DOUBLE_EQ(d("-1.25").approximate(), -1.25); }

}  // namespace
}  // namespace ivig::base
