#pragma once
// Tokens that this process has seen and that have not expired: the first look at a replay, and the only one while the
// database is away.

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

#include "store/records.h"

namespace ivig::store {

/// Any thread may call. Memory is bounded: beyond `most` unexpired tokens, some older ones are forgotten.
class RecentTokens {
 public:
  explicit RecentTokens(std::size_t most = 200000) : most_(most) {}

  /// Whether the token was not seen before; it is now.
  [[nodiscard]] bool first_use(TokenUse const& token, std::chrono::sys_seconds now) {
    std::lock_guard lock(mutex_);
    if (seen_.size() >= most_ || now >= next_sweep_) {
      std::erase_if(seen_, [&](auto const& entry) { return entry.second < now; });
      next_sweep_ = now + std::chrono::seconds(60);
      while (seen_.size() >= most_) seen_.erase(seen_.begin());
    }
    return seen_.emplace(token.issuer + '\n' + token.jti, token.expires).second;
  }

 private:
  std::mutex mutex_;
  std::size_t most_;
  std::unordered_map<std::string, std::chrono::sys_seconds> seen_;
  std::chrono::sys_seconds next_sweep_{};
};

}  // namespace ivig::store
