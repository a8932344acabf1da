#include "server/log.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace ivig::server {
namespace {

constexpr std::chrono::system_clock::time_point kTime{std::chrono::milliseconds(1795527600042)};

TEST(LogLine, is_one_json_object_with_the_fields_in_order) {
  std::vector<LogField> const fields{{"name", "Privigen"}, {"count", 3}, {"tls", true}};
  EXPECT_EQ(
      format_line(LogFormat::json, kTime, LogLevel::warn, "started", fields),
      R"({"time":"2026-11-24T13:40:00.042Z","level":"warn","event":"started","name":"Privigen","count":3,"tls":true})");
}

TEST(LogLine, quotes_in_text_only_what_needs_it) {
  std::vector<LogField> const fields{{"plain", "a-b"}, {"spaced", "a b"}, {"empty", ""}, {"pair", "a=b"}};
  EXPECT_EQ(format_line(LogFormat::text, kTime, LogLevel::info, "started", fields),
            R"(2026-11-24T13:40:00.042Z info started plain=a-b spaced="a b" empty="" pair="a=b")");
}

TEST(LogLine, cannot_be_broken_by_a_value) {
  std::string const evil = std::string("a\n\"}\x01\\\x7f") + "\xff\xc3\xa9\xed\xa0\x80";
  std::vector<LogField> const fields{{"value", evil}};
  EXPECT_EQ(format_line(LogFormat::json, kTime, LogLevel::info, "e", fields),
            "{\"time\":\"2026-11-24T13:40:00.042Z\",\"level\":\"info\",\"event\":\"e\",\"value\":"
            "\"a\\u000a\\\"}\\u0001\\\\\\u007f\\ufffd\xc3\xa9\\ufffd\\ufffd\\ufffd\"}");
  EXPECT_EQ(format_line(LogFormat::text, kTime, LogLevel::info, "e", fields).find('\n'), std::string::npos);
}

TEST(Log, writes_only_from_its_level_up) {
  std::ostringstream out;
  Log log(LogLevel::warn, LogFormat::text, out);
  log.info("quiet");
  log.warn("loud");
  log.set_level(LogLevel::debug);
  log.debug("quiet_now_loud");
  std::string const text = out.str();
  EXPECT_EQ(text.find(" quiet\n"), std::string::npos);
  EXPECT_NE(text.find("warn loud\n"), std::string::npos);
  EXPECT_NE(text.find("debug quiet_now_loud\n"), std::string::npos);
}

TEST(Log, writes_the_access_line_with_a_known_method_and_a_route_name) {
  std::ostringstream out;
  Log log(LogLevel::info, LogFormat::json, out);
  AccessLine line;
  line.request_id = "id1";
  line.method = "JOHNSMITH";
  line.route = "order-sign";
  line.client = "ehr";
  line.status = 200;
  line.bytes = 512;
  line.duration = std::chrono::microseconds(1234);
  line.tls = true;
  log.access(line);
  EXPECT_NE(out.str().find(R"("event":"access","request_id":"id1","method":"other","route":"order-sign","client":"ehr",)"
                           R"("status":200,"bytes":512,"duration_us":1234,"tls":true})"),
            std::string::npos)
      << out.str();
}

TEST(LogLevels, are_read_by_name) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("warning"), LogLevel::warn);
  EXPECT_FALSE(parse_log_level("loud"));
}

}  // namespace
}  // namespace ivig::server
