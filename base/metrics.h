#pragma once
// Counters, gauges and histograms in Prometheus' text format. A thin face: the library stays in the .cpp.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ivig::base {

/// One metric: its name ends as Prometheus wants it (_total, _seconds, _bytes); base units.
struct MetricInfo {
  enum class Kind : std::uint8_t { counter, gauge, histogram } kind;
  std::string_view name;
  std::string_view help;
};

/// A registry. Any thread may call; a label set is made at its first use. INVARIANT (caller's): labels hold no patient
/// data and few values.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;
  using Label = std::pair<std::string_view, std::string_view>;

  /// Names must be unique; functions below ignore names that are not here.
  explicit Metrics(std::span<MetricInfo const> infos);
  ~Metrics();
  Metrics(Metrics const&) = delete;
  Metrics& operator=(Metrics const&) = delete;

  /// A label set that was used before costs one look-up.
  void count(std::string_view name, std::initializer_list<Label> labels = {}, double by = 1);
  /// Raises a counter that is counted elsewhere to `total`; one that would sink stays.
  void count_to(std::string_view name, Labels const& labels, double total);
  void set(std::string_view name, Labels const& labels, double value);
  /// Takes a gauge of these labels away: what it was about is no more.
  void forget(std::string_view name, Labels const& labels);
  /// Buckets from 100 microseconds to 10 seconds.
  void observe(std::string_view name, std::initializer_list<Label> labels, std::chrono::nanoseconds time);

  /// Everything, in the text exposition format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ivig::base
