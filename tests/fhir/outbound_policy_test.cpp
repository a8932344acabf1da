// Which addresses may be contacted. REQ FHIR-08, JWT-16, REQ-04, PREF-08
#include "fhir/outbound_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ivig::fhir {
namespace {

OutboundPolicy policy(std::vector<std::string> const& allowed, std::vector<std::string> const& networks = {}) {
  auto read = OutboundPolicy::read(allowed, networks);
  EXPECT_TRUE(read) << (read ? "" : read.error().where + " " + read.error().detail);
  return *std::move(read);
}

/// "origin target", or "" when the URL is refused.
std::string parsed(std::string const& url) {
  auto const address = parse_web_address(url);
  return address ? address->origin.text() + " " + address->target : "";
}

bool connects(OutboundPolicy const& policy, std::string const& origin, std::string const& address) {
  return policy.may_connect(parse_web_address(origin)->origin, boost::asio::ip::make_address(address));
}

TEST(WebAddress, IsTakenApart) {
  EXPECT_EQ(parsed("https://ehr.example.org"), "https://ehr.example.org /");
  EXPECT_EQ(parsed("HTTPS://EHR.Example.org:443/fhir/R4?x=%20y"), "https://ehr.example.org /fhir/R4?x=%20y");
  EXPECT_EQ(parsed("http://127.0.0.1:8080/a"), "http://127.0.0.1:8080 /a");
  EXPECT_EQ(parsed("https://[2001:DB8::0:1]:8443?q"), "https://[2001:db8::1]:8443 /?q");
  EXPECT_EQ(parsed("http://localhost:80/"), "http://localhost /");
  EXPECT_EQ(parsed("https://ehr_1.internal:/x"), "https://ehr_1.internal /x");
}

TEST(WebAddress, WhatCouldBeReadInTwoWaysIsRefused) {
  for (std::string const url : {"",
                                "ehr.example.org",
                                "http",
                                "https",
                                "ftp://ehr.example.org",
                                "https://",
                                "https:///fhir",
                                "//ehr.example.org",
                                "https://user@ehr.example.org/",
                                "https://user:pass@ehr.example.org",
                                "https://ehr.example.org#@evil.org",
                                "https://ehr.example.org\\@evil.org",
                                "https://ehr.example.org /",
                                "https://ehr.example.org\r\nX: y",
                                "https://ehr.example.org:0/",
                                "https://ehr.example.org:65536",
                                "https://ehr.example.org:8a",
                                "https://[::1",
                                "https://[::1]x",
                                "https://[::1%25lo]/",
                                "https://::1/",
                                "https://127.1/",
                                "https://2130706433/",
                                "https://0x7f000001/",
                                "https://0177.0.0.1/",
                                "https://1.2.3.4.5/",
                                "https://.example.org",
                                "https://a..b/",
                                "https://ehr.example.org/a#b",
                                "https://\xC3\xA9hr.example.org/"}) {
    EXPECT_EQ(parsed(url), "") << url;
  }
}

TEST(OutboundPolicy, FHIR_08_only_configured_origins_are_permitted) {
  auto const some = policy({"https://ehr.example.org/fhir", "http://127.0.0.1:8080/x"});
  for (std::string const url :
       {"https://ehr.example.org/other/path", "https://EHR.example.org:443/fhir", "http://127.0.0.1:8080/fhir"}) {
    EXPECT_TRUE(some.permit(url)) << url;
  }
  for (std::string const url :
       {"http://ehr.example.org/fhir", "https://ehr.example.org:8443/fhir", "https://ehr.example.org.evil.org/fhir",
        "https://evil.org/https://ehr.example.org/fhir", "https://ehr.example.org@evil.org/", "http://127.0.0.1/x",
        "https://127.0.0.1:8080/x", "http://169.254.169.254/latest", "file:///etc/passwd"}) {
    EXPECT_FALSE(some.permit(url)) << url;
  }
  EXPECT_FALSE(OutboundPolicy().permit("https://ehr.example.org/"));
  EXPECT_TRUE(OutboundPolicy().allows_nothing());
}

TEST(OutboundPolicy, FHIR_08_a_public_name_must_not_lead_inside) {
  auto const plain = policy({"https://ehr.example.org"});
  for (std::string const address : {"93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "172.32.0.1", "100.63.0.1"})
    EXPECT_TRUE(connects(plain, "https://ehr.example.org", address)) << address;
  for (std::string const address : {"127.0.0.1",
                                    "127.8.8.8",
                                    "10.0.0.1",
                                    "172.16.0.1",
                                    "172.31.255.255",
                                    "192.168.1.1",
                                    "169.254.169.254",
                                    "100.64.0.1",
                                    "0.0.0.0",
                                    "0.1.2.3",
                                    "192.0.0.8",
                                    "198.18.0.1",
                                    "203.0.113.9",
                                    "224.0.0.1",
                                    "240.0.0.1",
                                    "255.255.255.255",
                                    "::",
                                    "::1",
                                    "::ffff:127.0.0.1",
                                    "::ffff:10.0.0.1",
                                    "64:ff9b::a00:1",
                                    "2002:7f00:1::",
                                    "fe80::1",
                                    "fc00::1",
                                    "fd12:3456::1",
                                    "ff02::1",
                                    "2001:db8::1",
                                    "::127.0.0.1",
                                    "4000::1"}) {
    EXPECT_FALSE(connects(plain, "https://ehr.example.org", address)) << address;
  }
}

TEST(OutboundPolicy, FHIR_08_inside_addresses_count_where_the_configuration_says_so) {
  auto const literal = policy({"http://127.0.0.1:8080", "https://10.1.2.3", "http://localhost", "https://[fd00::5]"});
  EXPECT_TRUE(connects(literal, "http://127.0.0.1:8080", "127.0.0.1"));
  EXPECT_TRUE(connects(literal, "https://10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(connects(literal, "https://[fd00::5]", "fd00::5"));
  EXPECT_TRUE(connects(literal, "http://localhost", "127.0.0.1"));
  EXPECT_TRUE(connects(literal, "http://localhost", "::1"));
  EXPECT_FALSE(connects(literal, "http://localhost", "10.1.2.3"));

  auto const network = policy({"https://ehr.hospital.example"}, {"10.1.0.0/16", "fd00:5::/32", "192.168.7.7/32"});
  for (std::string const address : {"10.1.2.3", "10.1.0.0", "fd00:5::1", "192.168.7.7", "::ffff:10.1.9.9"})
    EXPECT_TRUE(connects(network, "https://ehr.hospital.example", address)) << address;
  for (std::string const address : {"10.2.0.1", "fd00:6::1", "192.168.7.8", "127.0.0.1", "169.254.169.254"})
    EXPECT_FALSE(connects(network, "https://ehr.hospital.example", address)) << address;
}

TEST(OutboundPolicy, RefusesEntriesThatAreNoAddress) {
  EXPECT_EQ(OutboundPolicy::read({"ehr.example.org"}, {}).error().where, "ehr.example.org");
  EXPECT_EQ(OutboundPolicy::read({}, {"10.0.0.0"}).error().where, "10.0.0.0");
  EXPECT_EQ(OutboundPolicy::read({}, {"10.0.0.0/33"}).error().where, "10.0.0.0/33");
}

}  // namespace
}  // namespace ivig::fhir
