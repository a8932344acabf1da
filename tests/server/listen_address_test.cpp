#include "server/listen_address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ivig::server {
namespace {

TEST(ListenAddress, reads_scheme_host_and_port) {
  struct Row {
    char const* text;
    ListenAddress address;
    bool loopback;
  };
  for (Row const& row : std::vector<Row>{{"https://127.0.0.1:8443", {true, "127.0.0.1", 8443}, true},
                                         {"http://[::1]:0", {false, "::1", 0}, true},
                                         {"HTTP://127.8.9.10:80/", {false, "127.8.9.10", 80}, true},
                                         {"https://localhost", {true, "localhost", 443}, true},
                                         {"http://0.0.0.0:8080", {false, "0.0.0.0", 8080}, false},
                                         {"http://[::]:8080", {false, "::", 8080}, false},
                                         {"https://cds.example.org:443", {true, "cds.example.org", 443}, false}}) {
    auto const address = ListenAddress::parse(row.text);
    ASSERT_TRUE(address) << row.text << ": " << address.error().detail;
    EXPECT_EQ(*address, row.address) << row.text;
    EXPECT_EQ(address->is_loopback(), row.loopback) << row.text;
  }
}

TEST(ListenAddress, is_written_as_it_is_read) {
  for (std::string const text : {"https://127.0.0.1:8443", "http://[::1]:9464"}) {
    EXPECT_EQ(ListenAddress::parse(text)->text(), text);
  }
}

TEST(ListenAddress, says_what_is_wrong_and_how_to_mend_it) {
  struct Row {
    char const* text;
    char const* detail;
  };
  for (Row const& row : std::vector<Row>{{"127.0.0.1:8443", "https://127.0.0.1:8443"},
                                         {"", "must begin with https:// or http://"},
                                         {"ftp://127.0.0.1:1", "must begin with https:// or http://"},
                                         {"https://", "lacks a host"},
                                         {"https://:8443", "lacks a host"},
                                         {"https://a b:1", "lacks a host"},
                                         {"https://127.0.0.1:65536", "port from 0 to 65535"},
                                         {"https://127.0.0.1:", "port from 0 to 65535"},
                                         {"https://127.0.0.1:-1", "port from 0 to 65535"},
                                         {"https://127.0.0.1:8x", "port from 0 to 65535"},
                                         {"https://300.0.0.1:1", "no IPv4 address"},
                                         {"https://::1:8443", "brackets"},
                                         {"https://[::1:8443", "lacks the ]"},
                                         {"https://[127.0.0.1]:1", "no IPv6 address"},
                                         {"https://[::1]8443", "colon before the port"},
                                         {"https://127.0.0.1:1/path", "scheme, host and port only"},
                                         {"https://user@127.0.0.1:1", "scheme, host and port only"}}) {
    auto const address = ListenAddress::parse(row.text);
    ASSERT_FALSE(address) << row.text;
    EXPECT_EQ(address.error().code, base::Errc::invalid_value);
    EXPECT_EQ(address.error().where, row.text);
    EXPECT_NE(address.error().detail.find(row.detail), std::string::npos) << row.text << ": " << address.error().detail;
  }
}

}  // namespace
}  // namespace ivig::server
