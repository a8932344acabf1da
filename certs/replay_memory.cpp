#include "certs/replay_memory.h"

#include <cstring>

#include "base/uuid.h"

namespace ivig::certs {
namespace {

// More than one a call, so that the memory shrinks; few, so that no call pays for all that expired in a quiet hour.
constexpr int kForgottenPerCall = 16;

}  // namespace

boost::asio::awaitable<TokenUse> LocalReplayMemory::remember(std::string issuer, std::string jti, base::Now until,
                                                             base::Now now) {
  Digest const key = digest(issuer, jti);
  std::lock_guard const lock(mutex_);
  forget_some(now);
  if (seen_.contains(key)) co_return TokenUse::again;
  if (seen_.size() >= most_) co_return TokenUse::unknown;
  seen_.insert(key);
  by_expiry_[until].push_back(key);
  co_return TokenUse::first;
}

std::size_t LocalReplayMemory::size() const {
  std::lock_guard const lock(mutex_);
  return seen_.size();
}

/// 128 bits of a SHA-256: nobody finds two pairs that share them. The length keeps ("ab", "c") from ("a", "bc").
LocalReplayMemory::Digest LocalReplayMemory::digest(std::string const& issuer, std::string const& jti) {
  std::string const text = std::to_string(issuer.size()) + ":" + issuer + jti;
  base::Sha256 const bytes = base::sha256(text);
  Digest digest{};
  std::memcpy(digest.data(), bytes.data(), sizeof digest);
  return digest;
}

void LocalReplayMemory::forget_some(base::Now now) {
  for (int i = 0; i < kForgottenPerCall && !by_expiry_.empty() && by_expiry_.begin()->first < now; ++i) {
    auto const oldest = by_expiry_.begin();
    seen_.erase(oldest->second.back());
    oldest->second.pop_back();
    if (oldest->second.empty()) by_expiry_.erase(oldest);
  }
}

}  // namespace ivig::certs
