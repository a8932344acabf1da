#include "server/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/sink.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>

#include <unistd.h>

#include "base/utf8.h"
#include "server/line_writer.h"

namespace ivig::server {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames{"trace", "debug", "info", "warn", "error", "off"};

/// Whether the character stands in a JSON string as it is.
bool is_plain(char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; }

/// Whether well-formed text begins with a control character beyond ASCII, U+0080 to U+009F.
bool is_c1(std::string_view text) {
  return text.size() > 1 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    auto const plain = std::find_if_not(text.begin(), text.end(), is_plain) - text.begin();
    out.append(text.substr(0, static_cast<std::size_t>(plain)));
    text.remove_prefix(static_cast<std::size_t>(plain));
    if (text.empty()) break;
    auto const c = static_cast<unsigned char>(text.front());
    std::size_t const length = c < 0x80 ? 1 : base::utf8_sequence(text, 0);
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += text.front();
    } else if (c < 0x20 || c == 0x7F || is_c1(text)) {
      auto const code = static_cast<unsigned char>(c == 0xC2 ? text[1] : text[0]);
      out += "\\u00";
      out += kHex[code >> 4U];
      out += kHex[code & 0xFU];
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

/// `value` in so many digits, leading zeros included.
void append_digits(std::string& out, unsigned value, unsigned digits) {
  std::array<char, 4> text{};
  for (unsigned i = digits; i-- > 0; value /= 10) text[i] = static_cast<char>('0' + value % 10);
  out.append(text.data(), digits);
}

void append_time(std::string& out, std::chrono::system_clock::time_point time) {
  auto const day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date(day);
  auto const of_day =
      static_cast<unsigned>(std::chrono::floor<std::chrono::milliseconds>(time - day).count());  // below 86 400 000
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  append_digits(out += '-', static_cast<unsigned>(date.month()), 2);
  append_digits(out += '-', static_cast<unsigned>(date.day()), 2);
  append_digits(out += 'T', of_day / 3'600'000, 2);
  append_digits(out += ':', of_day / 60'000 % 60, 2);
  append_digits(out += ':', of_day / 1000 % 60, 2);
  append_digits(out += '.', of_day % 1000, 3);
  out += 'Z';
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

/// Ready lines into a LineWriter; what a person waits for goes out at once.
class GatheringSink final : public spdlog::sinks::sink {
 public:
  GatheringSink(int descriptor, LogFormat format)
      : writer_(descriptor, [format](std::uint64_t dropped) {
          LogField const count("lines", dropped);
          return format_line(format, std::chrono::system_clock::now(), LogLevel::warn, "log_lines_dropped",
                             std::span(&count, 1));
        }) {}

  void log(spdlog::details::log_msg const& message) override {
    writer_.append({message.payload.data(), message.payload.size()}, message.level >= spdlog::level::warn);
  }
  void flush() override {}
  void set_pattern(std::string const& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  LineWriter writer_;
};

spdlog::level::level_enum spdlog_level(LogLevel level) {
  return level >= LogLevel::error  ? spdlog::level::err
         : level == LogLevel::warn ? spdlog::level::warn
                                   : spdlog::level::info;
}

}  // namespace

struct Log::State {
  std::atomic<LogLevel> level;
  LogFormat format;
  spdlog::logger logger;

  State(LogLevel at, LogFormat as, spdlog::sink_ptr sink) : level(at), format(as), logger("ivig-cds", std::move(sink)) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
    // Whatever the log cannot write must not reach standard error unformatted.
    logger.set_error_handler([](std::string const&) {});
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
  line.reserve(384);  // an access line with a trace
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

Log::Log(LogLevel level, LogFormat format) : Log(level, format, STDERR_FILENO) {}

Log::Log(LogLevel level, LogFormat format, int descriptor)
    : state_(std::make_unique<State>(level, format, std::make_shared<GatheringSink>(descriptor, format))) {}

Log::Log(LogLevel level, LogFormat format, std::ostream& out)
    : state_(std::make_unique<State>(level, format, std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true))) {}

Log::~Log() = default;

bool Log::enabled(LogLevel level) const { return level >= state_->level.load(std::memory_order_relaxed); }

void Log::set_level(LogLevel level) { state_->level.store(level, std::memory_order_relaxed); }

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  write(level, event, std::span<LogField const>(fields.begin(), fields.size()));
}

void Log::write(LogLevel level, std::string_view event, std::span<LogField const> fields) {
  if (!enabled(level) || level == LogLevel::off) return;
  std::string const line = format_line(state_->format, std::chrono::system_clock::now(), level, event, fields);
  state_->logger.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
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
