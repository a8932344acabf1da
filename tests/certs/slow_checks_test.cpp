#include "certs/slow_checks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace ivig::certs {
namespace {

TEST(SlowChecks, run_on_another_thread_than_the_callers) {
  SlowChecks checks(4, 1);
  std::promise<std::thread::id> ran;
  ASSERT_TRUE(checks.begin([&ran] { ran.set_value(std::this_thread::get_id()); }));
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(SlowChecks, take_no_more_than_allowed_and_take_more_once_some_are_done) {
  SlowChecks checks(2, 1);
  std::promise<void> go;
  std::promise<void> done;
  ASSERT_TRUE(checks.begin([gone = go.get_future().share()] { gone.wait(); }));
  ASSERT_TRUE(checks.begin([&done] { done.set_value(); }));
  EXPECT_FALSE(checks.begin([] { FAIL() << "refused, yet called"; }));
  go.set_value();
  done.get_future().wait();
  while (!checks.begin([] {})) std::this_thread::yield();  // the second is counted out a moment after it is done
}

TEST(SlowChecks, that_have_begun_are_done_before_a_stop_returns_and_none_begins_after_it) {
  std::atomic<int> done = 0;
  SlowChecks checks(100, 1);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(checks.begin([&done] { ++done; }));
  checks.stop();
  EXPECT_EQ(done, 50);
  EXPECT_FALSE(checks.begin([&done] { ++done; }));
  EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace ivig::certs
