#include "base/uuid.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

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

TEST(Uuid, of_a_time_sorts_as_the_time_does) {
  using namespace std::chrono_literals;
  std::chrono::sys_time<std::chrono::milliseconds> const time{1790000000123ms};
  std::string const uuid = uuid_from_time(time);
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '7');
  EXPECT_NE(uuid, uuid_from_time(time));
  EXPECT_LT(uuid, uuid_from_time(time + 1ms));
  EXPECT_LE(uuid_lower_bound(time), uuid);
  EXPECT_GT(uuid_lower_bound(time + 1ms), uuid);
  EXPECT_EQ(uuid.substr(0, 13), "01a0c450-6c7b");
}

TEST(Uuid, keyed_hash_is_hmac_of_rfc_4231) {
  EXPECT_EQ(keyed_hash_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(keyed_hash_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace ivig::base
