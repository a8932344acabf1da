#include "app/sign_in_pace.h"

#include <algorithm>

#include <arpa/inet.h>

namespace ivig::app {

using std::chrono::seconds;

seconds SignInPace::begin(std::string const& source, Time now) {
  std::lock_guard const lock(mutex_);
  Tries& tries = tries_of(source, now);
  if (now < tries.next) return std::chrono::ceil<seconds>(tries.next - now);
  // Whoever has been quiet for so long begins anew.
  if (now - tries.last >= 2 * kLongest) tries.failed = 0;
  tries.last = now;
  ++tries.failed;
  if (tries.failed >= kFree) {
    unsigned const doublings = std::min(tries.failed - kFree, 9U);
    tries.next = now + std::min(kLongest, seconds(1U << doublings));
  }
  return seconds(0);
}

void SignInPace::succeeded(std::string const& source) {
  std::lock_guard const lock(mutex_);
  sources_.erase(source);
}

SignInPace::Tries& SignInPace::tries_of(std::string const& source, Time now) {
  auto const found = sources_.find(source);
  if (found != sources_.end()) return found->second;
  if (sources_.size() >= kMostSources && now - swept_ >= seconds(1)) {
    swept_ = now;
    std::erase_if(sources_, [&](auto const& entry) { return now - entry.second.last >= 2 * kLongest; });
  }
  return sources_.try_emplace(sources_.size() < kMostSources ? source : std::string()).first->second;
}

std::string SignInPace::source_of(std::string const& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &bytes) != 1) return address;
  return std::string(reinterpret_cast<char const*>(&bytes), 8);
}

}  // namespace ivig::app
