#pragma once
// Tries to sign in are slowed after failures, so that tokens cannot be guessed by the million.

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace ivig::app {

/// Five tries of one source are free; after each further failure the next one has to wait, a second at first, twice as
/// long each time, five minutes at most. A success forgives all. A try counts as failed from its beginning, so that
/// many at once are no way around. One for the process; any thread.
class SignInPace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr unsigned kFree = 5;
  static constexpr std::chrono::seconds kLongest{300};
  /// Sources beyond this many at once share one entry.
  static constexpr std::size_t kMostSources = 10'000;

  /// Begins a try of `source` at `now`: zero. Or how long it has to wait first; then nothing is counted.
  [[nodiscard]] std::chrono::seconds begin(std::string const& source, Time now);
  void succeeded(std::string const& source);

  /// What addresses count as one: an IPv4 address, and the network of 64 bits that an IPv6 address is in.
  [[nodiscard]] static std::string source_of(std::string const& address);

 private:
  struct Tries {
    unsigned failed = 0;
    Time last{}, next{};
  };
  [[nodiscard]] Tries& tries_of(std::string const& source, Time now);

  std::mutex mutex_;
  std::unordered_map<std::string, Tries> sources_;
  Time swept_{};
};

}  // namespace ivig::app
