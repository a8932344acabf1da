#pragma once
// What the service counts, by the names that /metrics shows (docs/operating.md lists them).

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "certs/token_fault.h"
#include "server/counters.h"
#include "store/store.h"

namespace ivig::app {

/// Any thread may call. No label holds anything of a patient or an order.
class ServiceMetrics {
 public:
  ServiceMetrics();

  /// One answered call; `route` is a route's name.
  void request(std::string_view route, std::string_view hook, unsigned status, std::chrono::nanoseconds time);
  /// `stage`: parse, fetch, evaluate or store.
  void stage(std::string_view stage, std::chrono::nanoseconds time);
  /// The decisions of one call, with their cards.
  void decisions(std::vector<store::DecisionRecord> const& decisions);
  void feedback(std::string_view outcome, std::size_t entries);  ///< accepted, overridden; rejected: entries not usable
  void feedback_duplicates(std::size_t entries);
  void commit(std::chrono::nanoseconds time, std::size_t decisions);

  /// Queries to a client's FHIR server for one call.
  void fhir_queries(std::string_view client, std::size_t complete, std::size_t failed);

  // Set when they are scraped.
  void rules(std::string_view version, std::string_view sha256);
  void tokens(certs::TokenCounters const& counters);
  void refused(std::uint64_t forbidden, std::uint64_t over_the_rate);
  void server(server::CounterValues const& counters);
  void store(store::StoreStatus const& status);
  void certificate_expiry(std::string_view file, std::chrono::sys_seconds ends);

  [[nodiscard]] std::string text() const { return metrics_.text(); }

 private:
  void count_fhir(std::string_view client, std::string_view result, std::size_t queries);

  base::Metrics metrics_;
  std::mutex rules_mutex_;
  base::Metrics::Labels rules_;
};

}  // namespace ivig::app
