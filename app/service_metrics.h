#pragma once
// What the service counts, by the names that /metrics shows (docs/operating.md lists them).

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "certs/key_cache.h"
#include "certs/token_fault.h"
#include "hooks/fetching_order_service.h"
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

  /// One query to a client's FHIR server.
  void fhir_query(std::string_view client, hooks::QueryReport const& query);
  /// Resources that came for a patient and are another's.
  void foreign_resources(fhir::ForeignResources const& foreign);

  // Set when they are scraped.
  void rules(std::string_view version, std::string_view sha256);
  void tokens(certs::TokenCounters const& counters);
  void refused(std::uint64_t forbidden, std::uint64_t over_the_rate);
  void server(server::CounterValues const& counters);
  void store(store::StoreStatus const& status);
  void keys(certs::KeyCacheCounters const& counters);
  /// When the certificates end that are in use, by file; others are no longer shown.
  void certificates(std::map<std::string, std::chrono::sys_seconds> const& ends);

  [[nodiscard]] std::string text() const { return metrics_.text(); }

 private:
  base::Metrics metrics_;
  std::mutex shown_mutex_;  ///< of what is below: as last shown
  base::Metrics::Labels rules_;
  std::map<std::string, std::chrono::sys_seconds> certificates_;
};

}  // namespace ivig::app
