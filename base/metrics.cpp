#include "base/metrics.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace ivig::base {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

Buckets const& time_buckets() {
  static Buckets const buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                               0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return buckets;
}

/// The series that were used before, by name and labels: the library makes a map of strings and hashes it at every use.
template <class Series>
class Known {
 public:
  template <class Make>
  Series* find(std::string_view name, std::initializer_list<Metrics::Label> labels, Make&& make) {
    std::string key(name);
    for (auto const& [label, value] : labels) key.append(1, '\0').append(label).append(1, '\0').append(value);
    {
      std::shared_lock lock(mutex_);
      if (auto const found = series_.find(key); found != series_.end()) return found->second;
    }
    Series* const made = make(Metrics::Labels(labels.begin(), labels.end()));
    std::unique_lock lock(mutex_);
    return series_.try_emplace(std::move(key), made).first->second;
  }

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Series*> series_;
};

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  std::unordered_map<std::string_view, prometheus::Family<prometheus::Counter>*> counters;
  std::unordered_map<std::string_view, prometheus::Family<prometheus::Gauge>*> gauges;
  std::unordered_map<std::string_view, prometheus::Family<prometheus::Histogram>*> histograms;
  Known<prometheus::Counter> known_counters;
  Known<prometheus::Histogram> known_histograms;
  std::mutex raising;  ///< reading a counter and raising it is one step
};

Metrics::Metrics(std::span<MetricInfo const> infos) : state_(std::make_unique<State>()) {
  for (auto const& info : infos) {
    std::string const name(info.name), help(info.help);
    switch (info.kind) {
      case MetricInfo::Kind::counter:
        state_->counters[info.name] = &prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
        break;
      case MetricInfo::Kind::gauge:
        state_->gauges[info.name] = &prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
        break;
      case MetricInfo::Kind::histogram:
        state_->histograms[info.name] = &prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
        break;
    }
  }
}

Metrics::~Metrics() = default;

void Metrics::count(std::string_view name, std::initializer_list<Label> labels, double by) {
  auto* const counter = state_->known_counters.find(name, labels, [&](Labels const& all) -> prometheus::Counter* {
    auto const found = state_->counters.find(name);
    return found == state_->counters.end() ? nullptr : &found->second->Add(all);
  });
  if (counter != nullptr) counter->Increment(by);
}

void Metrics::count_to(std::string_view name, Labels const& labels, double total) {
  auto const found = state_->counters.find(name);
  if (found == state_->counters.end()) return;
  std::lock_guard lock(state_->raising);
  auto& counter = found->second->Add(labels);
  if (double const by = total - counter.Value(); by > 0) counter.Increment(by);
}

void Metrics::set(std::string_view name, Labels const& labels, double value) {
  auto const found = state_->gauges.find(name);
  if (found != state_->gauges.end()) found->second->Add(labels).Set(value);
}

void Metrics::forget(std::string_view name, Labels const& labels) {
  auto const found = state_->gauges.find(name);
  if (found != state_->gauges.end()) found->second->Remove(&found->second->Add(labels));
}

void Metrics::observe(std::string_view name, std::initializer_list<Label> labels, std::chrono::nanoseconds time) {
  auto* const histogram = state_->known_histograms.find(name, labels, [&](Labels const& all) -> prometheus::Histogram* {
    auto const found = state_->histograms.find(name);
    return found == state_->histograms.end() ? nullptr : &found->second->Add(all, time_buckets());
  });
  if (histogram != nullptr) histogram->Observe(std::chrono::duration<double>(time).count());
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(state_->registry.Collect()); }

}  // namespace ivig::base
