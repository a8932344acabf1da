#pragma once
// Structured lines to standard error: an event name and key/value pairs, as JSON or as text.
// House rule: no bodies, no identifiers of patients or orders, no query strings, no tokens.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace ivig::server {

enum class LogLevel { trace, debug, info, warn, error, off };
enum class LogFormat { json, text };

/// "debug", "warn" (or "warning") ...; nullopt for any other word.
[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view word);

/// One pair of a line. The texts are views: they need to live only until the call returns.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, std::string const& text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, char const* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, std::same_as<bool> auto flag) : key(name), value(bool{flag}) {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) LogField(std::string_view name, Integer number)
      : key(name), value(static_cast<std::int64_t>(number)) {}
};

/// What the access log says of one call.
struct AccessLine {
  std::string_view request_id;
  std::string_view method;
  std::string_view route;   ///< a route's name, never the path as sent
  std::string_view client;  ///< its name in the configuration; empty if none
  unsigned status = 0;
  std::size_t bytes = 0;  ///< of the answer, head and body
  std::chrono::microseconds duration{0};
  bool tls = false;
  std::string_view trace_id{};  ///< of the caller's traceparent; empty: the line does not mention it
};

/// One line without its line feed. Control characters are escaped and bytes that are no UTF-8 replaced, so that no
/// value can begin a line of its own.
[[nodiscard]] std::string format_line(LogFormat format, std::chrono::system_clock::time_point time, LogLevel level,
                                      std::string_view event, std::span<LogField const> fields);

/// A log. All functions may be called from any thread; lines are gathered for 20 ms at most and written by a thread of
/// the log's own (line_writer.h), warnings and errors at once. A terminal that takes nothing does not hold up requests:
/// when 2 MiB wait, further lines are dropped, and a line `log_lines_dropped` says how many. The destructor writes the
/// rest.
class Log {
 public:
  /// Writes to standard error.
  Log(LogLevel level, LogFormat format);
  /// Writes to a file descriptor, which stays the caller's and must outlive the log.
  Log(LogLevel level, LogFormat format, int descriptor);
  /// Writes to `out` at once, under a lock; `out` must outlive the log.
  Log(LogLevel level, LogFormat format, std::ostream& out);
  ~Log();
  Log(Log const&) = delete;
  Log& operator=(Log const&) = delete;

  [[nodiscard]] bool enabled(LogLevel level) const;
  void set_level(LogLevel level);

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
  void debug(std::string_view event, std::initializer_list<LogField> fields = {});
  void info(std::string_view event, std::initializer_list<LogField> fields = {});
  void warn(std::string_view event, std::initializer_list<LogField> fields = {});
  void error(std::string_view event, std::initializer_list<LogField> fields = {});
  void write(LogLevel level, std::string_view event, std::span<LogField const> fields);
  /// The line "access" at level info.
  void access(AccessLine const& line);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ivig::server
