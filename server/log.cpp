#include "server/log.h"

#include <spdlog/async.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>

#include "base/utf8.h"

namespace ivig::server {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames{"trace", "debug", "info", "warn", "error", "off"};
constexpr std::size_t kQueuedLines = 8192;

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    auto const c = static_cast<unsigned char>(text.front());
    std::size_t const length = c < 0x80 ? 1 : base::utf8_sequence(text, 0);
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text.front();
    } else if (c < 0x20 || c == 0x7F) {
      out += "\\u00";
      out += kHex[c >> 4U];
      out += kHex[c & 0xFU];
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void append_time(std::string& out, std::chrono::system_clock::time_point time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  std::chrono::hh_mm_ss const clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  std::array<char, 40> text{};
  int const size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  out.append(text.data(), static_cast<std::size_t>(size));
}

void append_value(std::string& out, LogField const& field, bool always_quote) {
  if (auto const* number = std::get_if<std::int64_t>(&field.value)) {
    std::array<char, 24> text{};
    auto const [end, error] = std::to_chars(text.data(), text.data() + text.size(), *number);
    out.append(text.data(), end);
  } else if (auto const* flag = std::get_if<bool>(&field.value)) {
    out += *flag ? "true" : "false";
  } else {
    auto const text = std::get<std::string_view>(field.value);
    bool const plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
    });
    if (plain && !always_quote) {
      out += text;
    } else {
      append_quoted(out, text);
    }
  }
}

/// The method as logged: a made-up one could be long or carry data.
std::string_view known_method(std::string_view method) {
  for (std::string_view const known : {"GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "PATCH"}) {
    if (method == known) return known;
  }
  return method.empty() ? "none" : "other";
}

}  // namespace

struct Log::State {
  std::atomic<LogLevel> level;
  LogFormat format;
  std::shared_ptr<spdlog::details::thread_pool> writer;  // before logger: it is joined after the logger is gone
  std::shared_ptr<spdlog::logger> logger;

  State(LogLevel at, LogFormat as) : level(at), format(as) {}

  void finish_setup() {
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    // Whatever the log cannot write must not reach standard error unformatted.
    logger->set_error_handler([](std::string const&) {});
  }
};

std::optional<LogLevel> parse_log_level(std::string_view word) {
  if (word == "warning") return LogLevel::warn;
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == word) return static_cast<LogLevel>(i);
  }
  return {};
}

std::string format_line(LogFormat format, std::chrono::system_clock::time_point time, LogLevel level,
                        std::string_view event, std::span<LogField const> fields) {
  std::string line;
  line.reserve(256);
  std::string_view const level_name = kLevelNames[static_cast<std::size_t>(level)];
  if (format == LogFormat::json) {
    line += R"({"time":")";
    append_time(line, time);
    line += R"(","level":")";
    line += level_name;
    line += R"(","event":)";
    append_quoted(line, event);
    for (LogField const& field : fields) {
      line += ',';
      append_quoted(line, field.key);
      line += ':';
      append_value(line, field, true);
    }
    line += '}';
    return line;
  }
  append_time(line, time);
  line += ' ';
  line += level_name;
  line += ' ';
  append_value(line, LogField("event", event), false);
  for (LogField const& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_value(line, field, false);
  }
  return line;
}

Log::Log(LogLevel level, LogFormat format) : state_(std::make_unique<State>(level, format)) {
  state_->writer = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1);
  state_->logger =
      std::make_shared<spdlog::async_logger>("ivig-cds", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                             state_->writer, spdlog::async_overflow_policy::overrun_oldest);
  state_->finish_setup();
}

Log::Log(LogLevel level, LogFormat format, std::ostream& out) : state_(std::make_unique<State>(level, format)) {
  state_->logger =
      std::make_shared<spdlog::logger>("ivig-cds", std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true));
  state_->finish_setup();
}

Log::~Log() = default;

bool Log::enabled(LogLevel level) const { return level >= state_->level.load(std::memory_order_relaxed); }

void Log::set_level(LogLevel level) { state_->level.store(level, std::memory_order_relaxed); }

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  write(level, event, std::span<LogField const>(fields.begin(), fields.size()));
}

void Log::write(LogLevel level, std::string_view event, std::span<LogField const> fields) {
  if (!enabled(level) || level == LogLevel::off) return;
  std::string const line = format_line(state_->format, std::chrono::system_clock::now(), level, event, fields);
  state_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void Log::debug(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::debug, event, fields);
}
void Log::info(std::string_view event, std::initializer_list<LogField> fields) { write(LogLevel::info, event, fields); }
void Log::warn(std::string_view event, std::initializer_list<LogField> fields) { write(LogLevel::warn, event, fields); }
void Log::error(std::string_view event, std::initializer_list<LogField> fields) {
  write(LogLevel::error, event, fields);
}

void Log::access(AccessLine const& line) {
  if (!enabled(LogLevel::info)) return;
  std::array const fields{LogField("request_id", line.request_id),
                          LogField("method", known_method(line.method)),
                          LogField("route", line.route.empty() ? std::string_view("none") : line.route),
                          LogField("client", line.client),
                          LogField("status", line.status),
                          LogField("bytes", line.bytes),
                          LogField("duration_us", line.duration.count()),
                          LogField("tls", line.tls),
                          LogField("trace_id", line.trace_id)};
  std::span<LogField const> const all(fields);
  write(LogLevel::info, "access", line.trace_id.empty() ? all.first(fields.size() - 1) : all);
}

}  // namespace ivig::server
