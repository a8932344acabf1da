#pragma once
// Which tokens were seen: each (iss, jti) is accepted once until it has expired. REQ JWT-12

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/asio.h"
#include "base/clock.h"

namespace ivig::certs {

enum class TokenUse {
  first,
  again,
  unknown,  ///< cannot be told: the memory is full, or the store does not answer. The token is refused.
};

/// Asked once per token, after everything else about it was found good. Several nodes that share clients need one that
/// they share; LocalReplayMemory is for one process.
class ReplayMemory {
 public:
  virtual ~ReplayMemory() = default;
  /// Remembers the pair until `until`, at `now`, and says whether it is new: atomically, so that of two equal tokens at
  /// one moment one only is the first.
  [[nodiscard]] virtual boost::asio::awaitable<TokenUse> remember(std::string issuer, std::string jti, base::Now until,
                                                                  base::Now now) = 0;
};

/// In memory, bounded: 32 bytes or so a token, as digests. Any thread.
class LocalReplayMemory final : public ReplayMemory {
 public:
  /// `most`: tokens.replay_entries. Full means refusing: a token that could not be remembered could be replayed.
  explicit LocalReplayMemory(std::size_t most) : most_(most) {}

  [[nodiscard]] boost::asio::awaitable<TokenUse> remember(std::string issuer, std::string jti, base::Now until,
                                                          base::Now now) override;
  [[nodiscard]] std::size_t size() const;

 private:
  using Digest = std::array<std::uint64_t, 2>;
  struct Hash {
    std::size_t operator()(Digest const& digest) const { return digest[0]; }
  };
  [[nodiscard]] static Digest digest(std::string const& issuer, std::string const& jti);
  void forget_some(base::Now now);

  std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_set<Digest, Hash> seen_;
  std::map<base::Now, std::vector<Digest>> by_expiry_;
};

}  // namespace ivig::certs
