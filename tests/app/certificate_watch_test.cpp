#include "app/certificate_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "certs/certificate_expiry.h"
#include "tests/support/test_certificates.h"

namespace ivig::app {
namespace {

using std::chrono::days;
using testing::HasSubstr;
using testing::Not;

struct CertificateWatched : testing::Test {
  test::TestCertificates certificates;
  std::string server_file = certificates.file("server.pem"), ca_file = certificates.file("ca.pem");
  base::Now ends = certs::first_expiry(server_file).value();
  CertificateWatch watch;
  ServiceMetrics metrics;

  std::string said_at(base::Now now) {
    std::ostringstream lines;
    server::Log log(server::LogLevel::info, server::LogFormat::json, lines);
    watch.warn(log, now);
    return lines.str();
  }
  std::string shown() {
    watch.show(metrics);
    return metrics.text();
  }
};

TEST_F(CertificateWatched, from_thirty_days_before_its_end_a_line_says_so) {
  watch.look_at({server_file});
  EXPECT_EQ(said_at(ends - days(31)), "");
  std::string const month = said_at(ends - days(30));
  EXPECT_THAT(month, HasSubstr(R"("level":"warn","event":"certificate_expires")"));
  EXPECT_THAT(month, HasSubstr(R"("days_left":30)"));
  EXPECT_THAT(month, HasSubstr(server_file));
  EXPECT_THAT(said_at(ends), HasSubstr(R"("level":"error")"));
}

TEST_F(CertificateWatched, each_file_has_its_moment_among_the_metrics) {
  watch.look_at({server_file, ca_file});
  std::string const name = "ivig_cds_certificate_expiry_timestamp_seconds{file=\"";
  EXPECT_THAT(shown(), HasSubstr(name + server_file + "\"} " + std::to_string(ends.time_since_epoch().count())));
  EXPECT_THAT(shown(), HasSubstr(name + ca_file));
}

TEST_F(CertificateWatched, what_is_shown_is_what_was_taken_into_use) {
  watch.look_at({server_file, ca_file});
  std::string const before = shown();
  std::filesystem::remove(server_file);
  EXPECT_EQ(shown(), before) << "until a reload";
  watch.look_at({ca_file});
  EXPECT_THAT(shown(), Not(HasSubstr(server_file)));
  EXPECT_THAT(shown(), HasSubstr(ca_file));
}

}  // namespace
}  // namespace ivig::app
