#include "base/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace ivig::base {
namespace {

TEST(Uuid, REQ_15_equal_names_give_equal_uuids) {
  EXPECT_EQ(uuid_from_name("hook/card/1"), uuid_from_name("hook/card/1"));
  EXPECT_NE(uuid_from_name("hook/card/1"), uuid_from_name("hook/card/2"));
}

TEST(Uuid, CARD_01_has_form_version_and_variant_of_rfc_9562) {
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    std::string const uuid = uuid_from_name(std::to_string(i));
    ASSERT_EQ(uuid.size(), 36U);
    for (std::size_t k = 0; k < uuid.size(); ++k) {
      bool const hyphen = k == 8 || k == 13 || k == 18 || k == 23;
      EXPECT_EQ(uuid[k] == '-', hyphen) << uuid;
      EXPECT_TRUE(hyphen || std::string_view("0123456789abcdef").find(uuid[k]) != std::string_view::npos) << uuid;
    }
    EXPECT_EQ(uuid[14], '8') << uuid;
    EXPECT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos) << uuid;
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 500U);
}

TEST(Uuid, sha256_gives_the_published_digests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

using std::chrono::milliseconds;
constexpr std::chrono::sys_time<milliseconds> kTime{milliseconds(1790000000123)};

TEST(UuidSequence, gives_version_7_with_the_time_in_front) {
  std::string const uuid = UuidSequence().next(kTime);
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos) << uuid;
  EXPECT_EQ(uuid.substr(0, 13), "01a0c450-6c7b");
  EXPECT_LE(uuid_lower_bound(kTime), uuid);
  EXPECT_GT(uuid_lower_bound(kTime + milliseconds(1)), uuid);
  EXPECT_NE(uuid, UuidSequence().next(kTime)) << "another process in the same millisecond";
}

TEST(UuidSequence, rises_within_a_millisecond_and_stays_in_it) {
  UuidSequence sequence;
  std::string last = sequence.next(kTime);
  for (int i = 1; i < 32768; ++i) {
    std::string next = sequence.next(kTime);
    ASSERT_LT(last, next) << i;
    last = std::move(next);
  }
  EXPECT_LT(last, uuid_lower_bound(kTime + milliseconds(1)));
  EXPECT_EQ(last[14], '7');
}

TEST(UuidSequence, begins_the_next_millisecond_early_when_one_is_used_up) {
  UuidSequence sequence;
  std::string last = sequence.next(kTime);
  for (int i = 0; i < 65536; ++i) {
    std::string next = sequence.next(kTime);
    ASSERT_LT(last, next) << i;
    ASSERT_EQ(next[14], '7');
    ASSERT_NE(std::string_view("89ab").find(next[19]), std::string_view::npos) << next;
    last = std::move(next);
  }
  EXPECT_GE(last, uuid_lower_bound(kTime + milliseconds(1)));
  EXPECT_LT(last, uuid_lower_bound(kTime + milliseconds(2)));
  EXPECT_LT(last, sequence.next(kTime + milliseconds(2)));
}

TEST(UuidSequence, rises_while_the_clock_goes_back_and_follows_it_again_when_it_has_caught_up) {
  UuidSequence sequence;
  std::string last;
  for (int const minutes : {0, -1, -60, -59, -1000000000, 1, 0, 2}) {
    std::string next = sequence.next(kTime + std::chrono::minutes(minutes));
    EXPECT_LT(last, next) << minutes;
    last = std::move(next);
  }
  EXPECT_GE(last, uuid_lower_bound(kTime + std::chrono::minutes(2)));
  EXPECT_LT(last, uuid_lower_bound(kTime + std::chrono::minutes(2) + milliseconds(1)));
}

TEST(UuidSequence, rises_on_every_thread_and_gives_no_id_twice) {
  UuidSequence sequence;
  constexpr std::size_t kThreads = 8, kIds = 5000;
  std::vector<std::vector<std::string>> made(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&sequence, &ids = made[t], t] {
      for (std::size_t i = 0; i < kIds; ++i) {
        // Clocks that differ a little, and go back now and then.
        ids.push_back(sequence.next(kTime + milliseconds(i / 100 + t % 3) - milliseconds(i % 7)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (auto const& ids : made) {
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    all.insert(ids.begin(), ids.end());
  }
  EXPECT_EQ(all.size(), kThreads * kIds);
}

TEST(Uuid, keyed_hash_is_hmac_of_rfc_4231) {
  EXPECT_EQ(keyed_hash_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(keyed_hash_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace ivig::base
