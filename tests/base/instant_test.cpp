#include "base/instant.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace ivig::base {
namespace {

using namespace std::chrono_literals;

Day const kDay = *parse_day("2026-11-24");

// REQ FDBK-08
TEST(Instant, reads_a_moment_with_any_offset_and_any_decimals) {
  Instant const noon = Instant(kDay) + 12h;
  for (char const* text : {"2026-11-24T12:00:00Z", "2026-11-24t12:00:00z", "2026-11-24T12:00:00+00:00",
                           "2026-11-24T12:00:00-00:00", "2026-11-24T14:30:00+02:30", "2026-11-24T07:00:00-05:00",
                           "2026-11-24T12:00:00.0Z", "2026-11-24T12:00:00.000999Z"}) {
    EXPECT_EQ(parse_instant(text), noon) << text;
  }
  EXPECT_EQ(parse_instant("2026-11-24T12:00:00.25Z"), noon + 250ms);
  EXPECT_EQ(parse_instant("2026-12-31T23:59:60Z"), Instant(*parse_day("2026-12-31")) + 23h + 59min + 59s);
  for (char const* text :
       {"", "2026-11-24", "2026-11-24T12:00:00", "2026-11-24T12:00Z", "2026-11-24T24:00:00Z", "2026-02-30T12:00:00Z",
        "2026-11-24T12:00:00.Z", "2026-11-24T12:00:00+0100", "2026-11-24T12:00:00Zx", "2026-11-24 12:00:00Z"}) {
    EXPECT_EQ(parse_instant(text), std::nullopt) << text;
  }
}

TEST(Instant, writes_milliseconds) { EXPECT_EQ(rfc3339_ms(Instant(kDay) + 13h + 7ms), "2026-11-24T13:00:00.007Z"); }

}  // namespace
}  // namespace ivig::base
