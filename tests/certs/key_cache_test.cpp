#include "certs/key_cache.h"

#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/tokens.h"

namespace ivig::certs {
namespace {

namespace asio = boost::asio;
using Keys = std::shared_ptr<KeySet const>;
using test::jwk_set;
using test::SigningKey;

constexpr char const* kUrl = "https://ehr.example.org/jwks.json";

/// Where keys come from, as a test wants it. A held answer waits until release().
struct Host {
  explicit Host(asio::io_context& io) : door(io) { door.expires_at(asio::steady_timer::time_point::max()); }

  asio::awaitable<base::Result<std::string>> fetch(std::string url) {
    ++asked;
    last_url = std::move(url);
    if (held) {
      boost::system::error_code opened;
      co_await door.async_wait(asio::redirect_error(asio::use_awaitable, opened));
    }
    if (throws) throw std::runtime_error("secret");
    if (down) co_return base::fail(base::Errc::unavailable, kUrl, "no connection");
    co_return set;
  }

  asio::steady_timer door;
  std::string set;
  std::string last_url;
  bool held = false;
  bool down = false;
  bool throws = false;
  int asked = 0;
};

class KeyCacheTest : public testing::Test {
 protected:
  KeyCacheTest() { host_.set = with({"k1"}); }

  static std::string with(std::vector<std::string> const& kids) {
    static SigningKey const key = SigningKey::ec();
    std::vector<std::string> keys;
    keys.reserve(kids.size());
    for (auto const& kid : kids) keys.push_back(key.jwk(kid));
    return jwk_set(keys);
  }

  static asio::awaitable<void> ask(KeyCache& cache, std::string kid, base::Now now,
                                   std::optional<Checked<Keys>>& answer) {
    answer = co_await cache.keys(kUrl, std::move(kid), now);
  }
  void begin(std::string const& kid, int seconds, std::optional<Checked<Keys>>& answer) {
    base::Now const now(std::chrono::seconds(1'800'000'000 + seconds));
    asio::co_spawn(io_, ask(cache_, kid, now, answer), asio::detached);
  }
  void settle() {
    io_.restart();
    io_.run();
  }
  /// "" when the cache gives a set with the kid at this second; else why not.
  std::string fault(std::string const& kid, int seconds) {
    std::optional<Checked<Keys>> answer;
    begin(kid, seconds, answer);
    settle();
    if (!*answer) return std::string(fault_name(answer->error().fault));
    auto const found = (**answer)->find(kid, Algorithm::es384);
    return found ? "" : std::string(fault_name(found.error().fault));
  }

  asio::io_context io_;
  Host host_{io_};
  std::vector<std::string> failures_;
  KeyCache cache_{[this](std::string url) { return host_.fetch(std::move(url)); }, KeyCachePolicy{},
                  [this](KeyFetch const& fetch) {
                    if (!fetch.failure.empty()) failures_.emplace_back(fetch.failure);
                  }};
};

TEST_F(KeyCacheTest, a_set_is_fetched_once_and_kept_REQ_JWT_17) {
  for (int second = 0; second < 300; second += 50) EXPECT_EQ(fault("k1", second), "") << second;
  EXPECT_EQ(host_.asked, 1);
  EXPECT_EQ(host_.last_url, kUrl);
}

TEST_F(KeyCacheTest, a_rotated_key_is_found_at_the_next_call_REQ_JWT_17) {
  EXPECT_EQ(fault("k1", 0), "");
  host_.set = with({"k2"});
  EXPECT_EQ(fault("k2", 1), "");
  EXPECT_EQ(fault("k1", 2), "unknown_key");
}

TEST_F(KeyCacheTest, a_key_that_was_taken_away_ends_with_the_life_of_the_cache_REQ_JWT_17) {
  EXPECT_EQ(fault("k1", 0), "");
  host_.set = with({"k2"});
  EXPECT_EQ(fault("k1", 299), "");
  EXPECT_EQ(host_.asked, 1);
  EXPECT_EQ(fault("k1", 901), "unknown_key");
}

TEST_F(KeyCacheTest, a_set_in_use_is_renewed_beside_the_calls) {
  EXPECT_EQ(fault("k1", 0), "");
  host_.set = with({"k2"});
  EXPECT_EQ(fault("k1", 301), "") << "this call does not wait";
  EXPECT_EQ(host_.asked, 2);
  EXPECT_EQ(fault("k1", 302), "unknown_key");
}

TEST_F(KeyCacheTest, made_up_kids_cause_few_fetches_and_leave_known_ones_alone_REQ_JWT_17) {
  EXPECT_EQ(fault("k1", 0), "");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(fault("made-up-" + std::to_string(i), 1), "unknown_key");
  EXPECT_EQ(host_.asked, 1 + 3);
  EXPECT_EQ(fault("k1", 1), "");
  host_.set = with({"k2"});
  EXPECT_EQ(fault("k2", 2), "unknown_key") << "the credits are spent";
  EXPECT_EQ(fault("k2", 21), "") << "one has come back";
  for (int i = 0; i < 100; ++i) (void)fault("made-up-" + std::to_string(i), 200);
  EXPECT_EQ(host_.asked, 1 + 3 + 1 + 3);
}

TEST_F(KeyCacheTest, while_the_host_is_down_the_last_good_keys_serve_until_their_limit_REQ_JWT_18) {
  EXPECT_EQ(fault("k1", 0), "");
  host_.down = true;
  for (int second : {301, 901, 5000, 86399}) EXPECT_EQ(fault("k1", second), "") << second;
  EXPECT_GE(failures_.size(), 4U) << "each attempt is an alarm";
  EXPECT_EQ(fault("k1", 86400), "keys_unavailable");
  host_.down = false;
  EXPECT_EQ(fault("k1", 86400 + 11), "") << "and recovers";
}

TEST_F(KeyCacheTest, a_host_that_is_down_is_not_asked_more_often_than_every_ten_seconds) {
  host_.down = true;
  for (int second = 0; second < 30; ++second) EXPECT_EQ(fault("k1", second), "keys_unavailable");
  EXPECT_EQ(host_.asked, 3);
  EXPECT_EQ(cache_.counters().failures, 3U);
}

TEST_F(KeyCacheTest, calls_that_come_meanwhile_wait_for_the_one_fetch) {
  host_.held = true;
  std::vector<std::optional<Checked<Keys>>> answers(20);
  for (auto& answer : answers) begin("k1", 0, answer);
  io_.restart();
  io_.poll();
  for (auto const& answer : answers) EXPECT_FALSE(answer);
  host_.door.cancel();
  settle();
  for (auto const& answer : answers) EXPECT_TRUE(answer && *answer);
  EXPECT_EQ(host_.asked, 1);
}

TEST_F(KeyCacheTest, while_a_renewal_hangs_known_keys_are_used_at_once) {
  EXPECT_EQ(fault("k1", 0), "");
  host_.held = true;
  std::optional<Checked<Keys>> first;
  std::optional<Checked<Keys>> second;
  begin("k1", 400, first);
  begin("k1", 401, second);
  io_.restart();
  io_.poll();
  EXPECT_TRUE(first && *first);
  EXPECT_TRUE(second && *second);
  EXPECT_EQ(host_.asked, 2);
  host_.door.cancel();
  settle();
}

TEST_F(KeyCacheTest, what_is_no_key_set_counts_as_a_failure_and_an_empty_set_as_a_withdrawal) {
  EXPECT_EQ(fault("k1", 0), "");
  host_.set = "<html>";
  EXPECT_EQ(fault("k1", 901), "");
  EXPECT_EQ(failures_.size(), 1U);
  host_.set = R"({"keys":[]})";
  EXPECT_EQ(fault("k1", 912), "") << "renewed beside this call";
  EXPECT_EQ(fault("k1", 913), "unknown_key");
}

TEST_F(KeyCacheTest, a_fetch_that_throws_is_a_failure_and_says_nothing) {
  host_.throws = true;
  EXPECT_EQ(fault("k1", 0), "keys_unavailable");
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_EQ(failures_[0].find("secret"), std::string::npos);
  host_.throws = false;
  EXPECT_EQ(fault("k1", 10), "");
}

}  // namespace
}  // namespace ivig::certs
