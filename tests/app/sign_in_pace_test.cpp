#include "app/sign_in_pace.h"

#include <gtest/gtest.h>

namespace ivig::app {
namespace {

using std::chrono::seconds;

class SignInPaceTest : public testing::Test {
 protected:
  /// Tries as long as it may; how many tries.
  int tries(std::string const& source, int most = 100) {
    int count = 0;
    while (count < most && pace_.begin(source, now_) == seconds(0)) ++count;
    return count;
  }
  SignInPace pace_;
  SignInPace::Time now_{std::chrono::hours(1000)};
};

TEST_F(SignInPaceTest, lets_five_tries_pass_and_then_doubles_the_wait) {
  EXPECT_EQ(tries("a"), 5);
  for (int wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}) {
    EXPECT_EQ(pace_.begin("a", now_), seconds(wait));
    now_ += seconds(wait) - std::chrono::milliseconds(1);
    EXPECT_EQ(pace_.begin("a", now_), seconds(1)) << "the rest, rounded up";
    now_ += std::chrono::milliseconds(1);
    EXPECT_EQ(pace_.begin("a", now_), seconds(0)) << "after " << wait;
  }
}

TEST_F(SignInPaceTest, counts_each_source_by_itself_and_forgives_all_at_a_success) {
  EXPECT_EQ(tries("a"), 5);
  EXPECT_EQ(tries("b"), 5);
  pace_.succeeded("a");
  EXPECT_EQ(tries("a"), 5);
  EXPECT_EQ(tries("b"), 0);
}

TEST_F(SignInPaceTest, forgets_a_source_that_was_quiet_for_long) {
  EXPECT_EQ(tries("a"), 5);
  now_ += 2 * SignInPace::kLongest;
  EXPECT_EQ(tries("a"), 5);
}

TEST_F(SignInPaceTest, holds_so_many_sources_and_lets_the_rest_share_one) {
  for (std::size_t i = 0; i < SignInPace::kMostSources; ++i) {
    EXPECT_EQ(pace_.begin(std::to_string(i), now_), seconds(0));
  }
  EXPECT_EQ(tries("one more") + tries("another"), 5);
  now_ += 2 * SignInPace::kLongest;
  EXPECT_EQ(tries("one more"), 5);
  EXPECT_EQ(tries("another"), 5) << "the quiet ones were dropped";
}

TEST_F(SignInPaceTest, takes_a_network_of_ipv6_for_one_source) {
  auto const source = SignInPace::source_of;
  EXPECT_EQ(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
  EXPECT_NE(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
  EXPECT_EQ(source("fe80::1%eth0"), source("fe80::2%eth0"));
  EXPECT_EQ(source("192.0.2.1"), "192.0.2.1");
  EXPECT_NE(source("192.0.2.1"), source("192.0.2.2"));
}

}  // namespace
}  // namespace ivig::app
