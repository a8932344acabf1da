#include "app/certificate_watch.h"

#include <chrono>
#include <utility>

#include "certs/certificate_expiry.h"

namespace ivig::app {
namespace {

constexpr std::chrono::days kWarning(30);

}  // namespace

void CertificateWatch::look_at(std::vector<std::filesystem::path> const& files) {
  std::map<std::string, base::Now> ends;
  for (auto const& file : files) {
    if (auto const end = certs::first_expiry(file)) ends.emplace(file.string(), *end);
  }
  std::lock_guard const lock(mutex_);
  ends_ = std::move(ends);
}

void CertificateWatch::warn(server::Log& log, base::Now now) const {
  std::lock_guard const lock(mutex_);
  for (auto const& [file, end] : ends_) {
    if (end - now > kWarning) continue;
    log.write(end <= now ? server::LogLevel::error : server::LogLevel::warn, "certificate_expires",
              {{"file", file},
               {"not_after", base::rfc3339(end)},
               {"days_left", std::chrono::floor<std::chrono::days>(end - now).count()}});
  }
}

void CertificateWatch::show(ServiceMetrics& figures) const {
  std::lock_guard const lock(mutex_);
  figures.certificates(ends_);
}

}  // namespace ivig::app
