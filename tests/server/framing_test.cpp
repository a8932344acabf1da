#include "server/framing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ivig::server {
namespace {

struct Case {
  char const* name;
  unsigned version;
  Headers headers;
  char const* refused_for;  // what the refusal names; nullptr = accepted
};

void PrintTo(Case const& c, std::ostream* out) { *out << c.name; }

class FramingOfAHead : public testing::TestWithParam<Case> {};

/// The head as it would have come over the wire.
std::string raw(Headers const& headers) {
  std::string text = "POST / HTTP/1.1\r\n";
  for (auto const& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

TEST_P(FramingOfAHead, is_accepted_or_refused_naming_the_header_HTTP_08_HTTP_10) {
  Case const& c = GetParam();
  auto const framing = check_framing(c.version, c.headers, raw(c.headers));
  if (c.refused_for == nullptr) {
    EXPECT_TRUE(framing.has_value()) << framing.error().detail;
  } else {
    ASSERT_FALSE(framing.has_value());
    EXPECT_EQ(framing.error().where, c.refused_for);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, FramingOfAHead,
    testing::Values(
        Case{"no_body", 11, {{"Host", "a"}}, nullptr},
        Case{"length", 11, {{"Host", "a:1"}, {"Content-Length", "12"}}, nullptr},
        Case{"chunked", 11, {{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, nullptr},
        Case{"chunked_in_capitals", 11, {{"host", "a"}, {"TRANSFER-ENCODING", "Chunked"}}, nullptr},
        Case{"ipv6_host", 11, {{"Host", "[::1]:8443"}}, nullptr}, Case{"http_1_0_without_host", 10, {}, nullptr},
        Case{"missing_host", 11, {}, "Host"}, Case{"two_hosts", 11, {{"Host", "a"}, {"hOST", "a"}}, "Host"},
        Case{"two_hosts_in_http_1_0", 10, {{"Host", "a"}, {"Host", "b"}}, "Host"},
        Case{"host_list", 11, {{"Host", "a,b"}}, "Host"}, Case{"host_with_path", 11, {{"Host", "a/b"}}, "Host"},
        Case{"gzip", 11, {{"Host", "a"}, {"Transfer-Encoding", "gzip"}}, "Transfer-Encoding"},
        Case{"gzip_then_chunked", 11, {{"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}}, "Transfer-Encoding"},
        Case{"chunked_twice", 11, {{"Host", "a"}, {"Transfer-Encoding", "chunked, chunked"}}, "Transfer-Encoding"},
        Case{"two_encodings",
             11,
             {{"Host", "a"}, {"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}},
             "Transfer-Encoding"},
        Case{"xchunked", 11, {{"Host", "a"}, {"Transfer-Encoding", "xchunked"}}, "Transfer-Encoding"},
        Case{"empty_encoding", 11, {{"Host", "a"}, {"Transfer-Encoding", ""}}, "Transfer-Encoding"},
        Case{"encoding_and_length",
             11,
             {{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}},
             "Transfer-Encoding"},
        Case{"length_and_gzip",
             11,
             {{"Host", "a"}, {"Content-Length", "3"}, {"Transfer-Encoding", "gzip"}},
             "Transfer-Encoding"},
        Case{"chunked_in_http_1_0", 10, {{"Transfer-Encoding", "chunked"}}, "Transfer-Encoding"},
        Case{"two_lengths", 11, {{"Host", "a"}, {"Content-Length", "3"}, {"Content-Length", "4"}}, "Content-Length"},
        Case{"two_equal_lengths",
             11,
             {{"Host", "a"}, {"Content-Length", "3"}, {"Content-Length", "3"}},
             "Content-Length"},
        Case{"length_list", 11, {{"Host", "a"}, {"Content-Length", "3, 3"}}, "Content-Length"},
        Case{"signed_length", 11, {{"Host", "a"}, {"Content-Length", "+3"}}, "Content-Length"},
        Case{"negative_length", 11, {{"Host", "a"}, {"Content-Length", "-1"}}, "Content-Length"},
        Case{"hex_length", 11, {{"Host", "a"}, {"Content-Length", "0x3"}}, "Content-Length"},
        Case{"huge_length", 11, {{"Host", "a"}, {"Content-Length", "99999999999999999999"}}, "Content-Length"},
        Case{"empty_length", 11, {{"Host", "a"}, {"Content-Length", ""}}, "Content-Length"},
        Case{"http_2", 20, {{"Host", "a"}}, "HTTP version"}, Case{"http_0_9", 9, {}, "HTTP version"},
        Case{"http_1_2", 12, {{"Host", "a"}}, "HTTP version"}),
    [](auto const& instance) { return std::string(instance.param.name); });

TEST(Framing, refuses_headers_folded_over_two_lines) {
  Headers const headers{{"Host", "a"}, {"X", "1 2"}};
  EXPECT_FALSE(check_framing(11, headers, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"));
  EXPECT_FALSE(check_framing(11, headers, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n"));
  EXPECT_FALSE(check_framing(11, headers, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"));
}

TEST(Framing, never_quotes_what_was_sent) {
  auto const framing = check_framing(11, {{"Host", "a"}, {"Content-Length", "MRN12345"}}, "");
  ASSERT_FALSE(framing);
  EXPECT_EQ(framing.error().detail.find("MRN"), std::string::npos);
}

TEST(Framing, keeps_http_1_1_open_unless_told_to_close) {
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}}, "")->keep_alive);
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}, {"Connection", "x-closed"}}, "")->keep_alive);
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}, {"Connection", "Close"}}, "")->keep_alive);
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}, {"Connection", "te, close"}}, "")->keep_alive);
}

TEST(Framing, closes_http_1_0_unless_told_to_keep) {
  EXPECT_FALSE(check_framing(10, {}, "")->keep_alive);
  EXPECT_TRUE(check_framing(10, {{"Connection", "Keep-Alive"}}, "")->keep_alive);
  EXPECT_FALSE(check_framing(10, {{"Connection", "keep-alive, close"}}, "")->keep_alive);
}

TEST(Framing, knows_whether_a_body_follows) {
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}}, "")->has_body());
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}, {"Content-Length", "0"}}, "")->has_body());
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}, {"Content-Length", "1"}}, "")->has_body());
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, "")->has_body());
}

TEST(Framing, hears_an_expectation_in_http_1_1_only) {
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}, {"Expect", "100-Continue"}}, "")->expects_continue);
  EXPECT_FALSE(check_framing(10, {{"Expect", "100-continue"}}, "")->expects_continue);
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}, {"Expect", "cards"}}, "")->expects_continue);
}

TEST(Framing, notes_an_expectation_that_it_cannot_meet) {
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}}, "")->unknown_expectation);
  EXPECT_FALSE(check_framing(11, {{"Host", "a"}, {"Expect", "100-continue"}}, "")->unknown_expectation);
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}, {"Expect", "cards"}}, "")->unknown_expectation);
  EXPECT_TRUE(check_framing(11, {{"Host", "a"}, {"Expect", "100-continue, cards"}}, "")->unknown_expectation);
  EXPECT_FALSE(check_framing(10, {{"Expect", "cards"}}, "")->unknown_expectation);
}

TEST(OverlongHead, is_414_only_when_the_request_line_alone_is_too_long) {
  EXPECT_EQ(overlong_head_status("GET /aaaaaaaaaaaaaaaa", 10), 414U);
  EXPECT_EQ(overlong_head_status("GET /aaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n", 10), 414U);
  EXPECT_EQ(overlong_head_status("GET / HTTP/1.1\r\nHost: aaaaaaaa", 20), 431U);
}

TEST(HeadEnd, is_found_wherever_the_head_was_cut) {
  std::string const head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    EXPECT_FALSE(head_end(head.substr(0, cut), 0)) << cut;
    EXPECT_EQ(head_end(head + "body", cut), head.size()) << cut;
  }
}

TEST(UnfinishedHead, is_hopeless_when_no_further_byte_can_mend_it) {
  for (std::string const text : {"GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n\n", "\x16\x03\x01", " GET", "{\"a\"",
                                 "GET /\rX", "GET /\x01"}) {
    EXPECT_TRUE(is_hopeless(text)) << text;
  }
  EXPECT_TRUE(is_hopeless(std::string_view("GET /\0", 6)));
  for (std::string const text : {"", "G", "GET / HTTP/1.1\r", "GET / HTTP/1.1\r\nHost: a\r\n", "\r", "GET /\tx"}) {
    EXPECT_FALSE(is_hopeless(text)) << text;
  }
}

TEST(Target, is_split_into_path_and_query_as_sent) {
  struct Row {
    std::string_view target, path, query;
  };
  for (Row const& row : std::vector<Row>{{"/cds-services", "/cds-services", ""},
                                         {"/a?b=c?d", "/a", "b=c?d"},
                                         {"//a//", "//a//", ""},
                                         {"/%2e%2e", "/%2e%2e", ""},
                                         {"http://host:1/a?b", "/a", "b"},
                                         {"HTTPS://host", "/", ""},
                                         {"http://host?x", "/", "x"},
                                         {"*", "*", ""}}) {
    Target const target = split_target(row.target);
    EXPECT_EQ(target.path, row.path) << row.target;
    EXPECT_EQ(target.query, row.query) << row.target;
  }
}

TEST(RequestId, is_taken_over_only_if_it_can_carry_no_name) {
  EXPECT_TRUE(is_plain_request_id("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"));
  EXPECT_TRUE(is_plain_request_id("0123456789abcdefABCDEF0123456789"));
  EXPECT_FALSE(is_plain_request_id(""));
  EXPECT_FALSE(is_plain_request_id("12345678"));
  EXPECT_FALSE(is_plain_request_id("john-smith-1970-01-01"));
  EXPECT_FALSE(is_plain_request_id(std::string(37, 'a')));
  EXPECT_FALSE(is_plain_request_id("0123456789abcdef\r\nX: y"));
}

}  // namespace
}  // namespace ivig::server
