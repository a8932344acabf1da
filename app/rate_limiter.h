#pragma once
// How many calls a caller may make: a token bucket each, as large as one second's worth.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace ivig::app {

/// One for the process; any thread may ask.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Callers beyond this many at once share one bucket.
  static constexpr std::size_t kMaxCallers = 10'000;

  /// `per_second`: limits.requests_per_second; 0 lets everything through.
  explicit RateLimiter(std::uint32_t per_second) : per_second_(per_second) {}

  /// Whether `caller` may make one call more at `now`; counts it if so.
  [[nodiscard]] bool admit(std::string const& caller, Time now);

 private:
  struct Bucket {
    double left;
    Time filled;
  };
  [[nodiscard]] Bucket& bucket(std::string const& caller, Time now);
  [[nodiscard]] double left_at(Bucket const& bucket, Time now) const;

  double per_second_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
  Time swept_{};
};

}  // namespace ivig::app
