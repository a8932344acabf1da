#pragma once
// When the certificates in use end: figures for /metrics, and lines in the log from 30 days before.

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "app/service_metrics.h"
#include "base/clock.h"
#include "server/log.h"

namespace ivig::app {

/// One for the process; any thread may call.
class CertificateWatch {
 public:
  /// Reads when the certificates of `files` end, the earliest of each file, in place of all that was known: call it
  /// when the files have been taken into use, so that what is shown is what is served.
  void look_at(std::vector<std::filesystem::path> const& files);

  /// A line for each file with a certificate that ends within 30 days of `now`, an error once it has ended.
  void warn(server::Log& log, base::Now now) const;

  /// Sets the gauges; those of files that are no longer in use go away.
  void show(ServiceMetrics& figures) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, base::Now> ends_;
};

}  // namespace ivig::app
