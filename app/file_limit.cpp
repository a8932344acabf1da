#include "app/file_limit.h"

#include <algorithm>
#include <string>

#include <sys/resource.h>

namespace ivig::app {
namespace {

constexpr std::size_t kBeside = 2048;      // files and outgoing connections, where there is room
constexpr std::size_t kLeastBeside = 64;   // libraries, logs, database, spool, probes
constexpr std::size_t kFewestFiles = 128;  // fewer serve nobody

}  // namespace

std::size_t raise_file_limit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  rlim_t const before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min<rlim_t>(wanted, limit.rlim_max);
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

std::size_t files_wanted(std::size_t connections, std::size_t listeners) { return connections * listeners + kBeside; }

base::Result<std::size_t> connections_allowed(std::size_t wanted, std::size_t listeners, std::size_t allowed) {
  if (allowed < kFewestFiles) {
    return base::fail(base::Errc::invalid_config, "limits.connections",
                      "this process may have " + std::to_string(allowed) + " open files (ulimit -n); at least " +
                          std::to_string(kFewestFiles) + " are needed, " +
                          std::to_string(files_wanted(wanted, listeners)) + " for " + std::to_string(wanted) +
                          " connections");
  }
  std::size_t const beside = std::clamp(allowed / 4, kLeastBeside, kBeside);
  return std::max<std::size_t>(1, std::min(wanted, (allowed - beside) / std::max<std::size_t>(1, listeners)));
}

}  // namespace ivig::app
