#include "certs/replay_memory.h"

#include <gtest/gtest.h>

#include <string>

namespace ivig::certs {
namespace {

base::Now at(int second) { return base::Now(std::chrono::seconds(second)); }

boost::asio::awaitable<void> ask(ReplayMemory& memory, std::string issuer, std::string jti, base::Now until,
                                 base::Now now, TokenUse& answer) {
  answer = co_await memory.remember(std::move(issuer), std::move(jti), until, now);
}

TokenUse use(ReplayMemory& memory, std::string const& issuer, std::string const& jti, int until, int now) {
  boost::asio::io_context io;
  TokenUse answer{};
  boost::asio::co_spawn(io, ask(memory, issuer, jti, at(until), at(now), answer), boost::asio::detached);
  io.run();
  return answer;
}

TEST(ReplayMemory, a_token_is_accepted_once_until_it_has_expired_REQ_JWT_12) {
  LocalReplayMemory memory(100);
  EXPECT_EQ(use(memory, "iss", "j", 10, 0), TokenUse::first);
  EXPECT_EQ(use(memory, "iss", "j", 10, 0), TokenUse::again);
  EXPECT_EQ(use(memory, "iss", "j", 10, 10), TokenUse::again);
  EXPECT_EQ(use(memory, "iss", "j", 20, 11), TokenUse::first) << "forgotten: the old one has expired";
}

TEST(ReplayMemory, the_pair_counts_not_its_spelling_side_by_side_REQ_JWT_12) {
  LocalReplayMemory memory(100);
  EXPECT_EQ(use(memory, "a", "bc", 10, 0), TokenUse::first);
  EXPECT_EQ(use(memory, "ab", "c", 10, 0), TokenUse::first);
  EXPECT_EQ(use(memory, "a", "BC", 10, 0), TokenUse::first);
  EXPECT_EQ(memory.size(), 3U);
}

TEST(ReplayMemory, is_bounded_and_refuses_rather_than_forgets) {
  LocalReplayMemory memory(1000);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(use(memory, "iss", std::to_string(i), 10, 0), TokenUse::first);
  EXPECT_EQ(use(memory, "iss", "one-more", 10, 0), TokenUse::unknown);
  EXPECT_EQ(use(memory, "iss", "5", 10, 0), TokenUse::again);
  EXPECT_EQ(use(memory, "iss", "one-more", 20, 11), TokenUse::first);
}

TEST(ReplayMemory, shrinks_as_tokens_expire) {
  LocalReplayMemory memory(1000);
  for (int i = 0; i < 500; ++i) (void)use(memory, "iss", std::to_string(i), 10 + i % 7, 0);
  for (int i = 0; i < 100; ++i) (void)use(memory, "iss", "later" + std::to_string(i), 1000, 100);
  EXPECT_EQ(memory.size(), 100U);
}

}  // namespace
}  // namespace ivig::certs
