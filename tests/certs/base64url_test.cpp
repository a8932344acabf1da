#include "certs/base64url.h"

#include <gtest/gtest.h>

#include <string>

namespace ivig::certs {
namespace {

TEST(Base64url, reads_what_it_writes) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes) << i;
    bytes += static_cast<char>(i * 37);
  }
  EXPECT_EQ(base64url_encode("\xFB\xFF"), "-_8");
}

TEST(Base64url, has_one_spelling_per_value_REQ_JWT_19) {
  ASSERT_EQ(base64url_decode("-_8"), "\xFB\xFF");
  for (char const* other : {"-_9", "-_8=", "+/8", "-_8\n", " -_8", "-_8A=", "-", "-_8--", "\xC3\xA4_8"}) {
    EXPECT_FALSE(base64url_decode(other)) << other;
  }
  EXPECT_EQ(base64url_decode(""), "");
}

}  // namespace
}  // namespace ivig::certs
