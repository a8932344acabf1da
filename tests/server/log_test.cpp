#include "server/log.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

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
  EXPECT_NE(
      out.str().find(R"("event":"access","request_id":"id1","method":"other","route":"order-sign","client":"ehr",)"
                     R"("status":200,"bytes":512,"duration_us":1234,"tls":true})"),
      std::string::npos)
      << out.str();
}

/// A pipe whose write end a log is given; what it takes without a reader is bounded.
class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  void make_writer_non_blocking() const { ::fcntl(ends_[1], F_SETFL, O_NONBLOCK); }
  /// Waits for something to read. Empty: the writer has closed.
  [[nodiscard]] std::string read_some() const {
    std::string text(65536, '\0');
    ssize_t const count = ::read(ends_[0], text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  [[nodiscard]] std::string read_to_the_end() const {
    std::string all;
    for (std::string some = read_some(); !some.empty(); some = read_some()) all += some;
    return all;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(GatheringLog, writes_every_line_of_every_thread_whole_and_in_its_order) {
  constexpr int kThreads = 4, kEach = 2000;
  Pipe pipe;
  std::string text;
  std::thread reader([&] { text = pipe.read_to_the_end(); });
  {
    Log log(LogLevel::info, LogFormat::text, pipe.writer());
    std::vector<std::thread> writers;
    writers.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      writers.emplace_back([&log, thread] {
        for (int i = 0; i < kEach; ++i) log.info("line", {{"thread", thread}, {"number", i}});
      });
    }
    for (auto& writer : writers) writer.join();
  }
  pipe.close_writer();
  reader.join();
  std::array<int, kThreads> next{};
  auto const lines = lines_of(text);
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(kThreads * kEach));
  for (auto const& line : lines) {
    int thread = -1, number = -1;
    ASSERT_EQ(std::sscanf(line.c_str(), "%*s info line thread=%d number=%d", &thread, &number), 2) << line;
    ASSERT_EQ(number, next.at(static_cast<std::size_t>(thread))++);
  }
}

TEST(GatheringLog, writes_what_waits_before_it_ends) {
  Pipe pipe;
  {
    Log log(LogLevel::info, LogFormat::text, pipe.writer());
    log.info("last_words");
  }
  pipe.close_writer();
  EXPECT_NE(pipe.read_to_the_end().find("info last_words\n"), std::string::npos);
}

TEST(GatheringLog, writes_without_being_asked_to_end) {
  Pipe pipe;
  Log log(LogLevel::info, LogFormat::text, pipe.writer());
  log.info("access");
  EXPECT_NE(pipe.read_some().find("info access\n"), std::string::npos);
  log.error("alarm");
  EXPECT_NE(pipe.read_some().find("error alarm\n"), std::string::npos);
}

TEST(GatheringLog, keeps_the_order_of_urgent_lines_and_others) {
  Pipe pipe;
  {
    Log log(LogLevel::info, LogFormat::text, pipe.writer());
    log.info("one");
    log.error("two");
    log.info("three");
  }
  pipe.close_writer();
  auto const text = pipe.read_to_the_end();
  EXPECT_LT(text.find("one"), text.find("two"));
  EXPECT_LT(text.find("two"), text.find("three"));
}

// A test that never ends has failed: nobody reads while the lines are handed in.
TEST(GatheringLog, drops_and_counts_lines_rather_than_wait_for_a_reader) {
  constexpr std::size_t kLines = 20000;
  std::string const value(500, 'x');
  Pipe pipe;
  std::string text;
  std::thread reader;
  {
    Log log(LogLevel::info, LogFormat::text, pipe.writer());
    for (std::size_t i = 0; i < kLines; ++i) log.info("line", {{"value", value}});
    reader = std::thread([&] { text = pipe.read_to_the_end(); });
  }
  pipe.close_writer();
  reader.join();
  std::size_t written = 0, dropped = 0;
  for (auto const& line : lines_of(text)) {
    auto const said = line.find("warn log_lines_dropped lines=");
    if (said == std::string::npos) ++written;
    else dropped += std::stoul(line.substr(line.rfind('=') + 1));
  }
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(written + dropped, kLines);
}

TEST(GatheringLog, loses_nothing_to_a_descriptor_that_does_not_block) {
  constexpr std::size_t kLines = 2000;
  Pipe pipe;
  pipe.make_writer_non_blocking();
  std::string text;
  std::thread reader([&] { text = pipe.read_to_the_end(); });
  {
    Log log(LogLevel::info, LogFormat::text, pipe.writer());
    for (std::size_t i = 0; i < kLines; ++i) log.info("line", {{"value", std::string(500, 'x')}});
  }
  pipe.close_writer();
  reader.join();
  EXPECT_EQ(lines_of(text).size(), kLines);
}

TEST(LogLevels, are_read_by_name) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("warning"), LogLevel::warn);
  EXPECT_FALSE(parse_log_level("loud"));
}

}  // namespace
}  // namespace ivig::server
