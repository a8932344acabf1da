#include "base/clock.h"

#include <gtest/gtest.h>

namespace ivig::base {
namespace {

using namespace std::chrono_literals;

Day day(int y, unsigned m, unsigned d) {
  return Day(std::chrono::year_month_day(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d)));
}

TEST(Clock, reads_every_precision_of_a_fhir_date) {
  EXPECT_EQ(parse_day("2026"), day(2026, 1, 1));
  EXPECT_EQ(parse_day("2026-11"), day(2026, 11, 1));
  EXPECT_EQ(parse_day("2026-11-24"), day(2026, 11, 24));
  EXPECT_EQ(parse_day("2026-11-24T13:40"), day(2026, 11, 24));
  EXPECT_EQ(parse_day("2024-02-29T23:59:60.123+14:00"), day(2024, 2, 29));
}

TEST(Clock, the_day_is_the_one_written_whatever_the_zone) {
  EXPECT_EQ(parse_day("2026-11-24T23:30:00-05:00"), day(2026, 11, 24));
}

TEST(Clock, refuses_malformed_dates) {
  for (char const* text : {"", "20", "20266", "2026-", "2026-1", "2026-13", "2026-00", "2026-02-29", "2026-02-30",
                           "2026-11-2", "2026-11-24 13:40", "2026-11-24T", "2026-11-24T1", "2026/11/24", "24.11.2026",
                           "abcd", "0000", "-2026", "2026-11-24Tab:cd"}) {
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
  }
}

TEST(Clock, a_year_of_age_is_full_on_the_birthday) {
  EXPECT_EQ(full_years(day(2008, 11, 24), day(2026, 11, 23)), 17);
  EXPECT_EQ(full_years(day(2008, 11, 24), day(2026, 11, 24)), 18);
  EXPECT_EQ(full_years(day(2008, 11, 24), day(2026, 12, 1)), 18);
  EXPECT_EQ(full_years(day(2026, 11, 24), day(2026, 11, 24)), 0);
}

TEST(Clock, who_is_born_on_29_February_is_a_year_older_on_1_March) {
  EXPECT_EQ(full_years(day(2008, 2, 29), day(2026, 2, 28)), 17);
  EXPECT_EQ(full_years(day(2008, 2, 29), day(2026, 3, 1)), 18);
  EXPECT_EQ(full_years(day(2008, 2, 29), day(2028, 2, 29)), 20);
}

TEST(Clock, writes_rfc_3339_in_utc) {
  EXPECT_EQ(rfc3339(Now(day(2026, 11, 24)) + 13h + 4min + 5s), "2026-11-24T13:04:05Z");
  EXPECT_EQ(rfc3339(Now(0s)), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace ivig::base
