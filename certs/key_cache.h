#pragma once
// The key sets of clients, fetched from their `jku` and kept. How they are fetched is the fetch function's: it lets
// nothing through that the outbound policy refuses, follows no redirect, and ends within a time and a size.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/asio.h"
#include "base/clock.h"
#include "base/delivery.h"
#include "base/result.h"
#include "certs/jwks.h"
#include "certs/token_fault.h"

namespace ivig::certs {

/// Gets the text at an https address that is on a client's list. Errors: any; `detail` goes to the log.
using FetchKeys = std::function<boost::asio::awaitable<base::Result<std::string>>(std::string url)>;

/// The configuration names are those of `tokens:`. REQ JWT-16, JWT-17, JWT-18
struct KeyCachePolicy {
  std::chrono::seconds refresh_after{300};     ///< keys_refresh_seconds: then fetched anew in the background
  std::chrono::seconds expire_after{900};      ///< keys_expire_seconds: then fetched anew before they are used again
  std::chrono::seconds stale_limit{86400};     ///< keys_stale_seconds: used that long while their host fails
  std::chrono::seconds retry_after{10};        ///< between attempts while it fails
  std::chrono::seconds credit_every{20};       ///< of fetches for unknown kids one in this time,
  unsigned credits = 3;                        ///< and as many at once
  std::chrono::milliseconds max_wait{10'000};  ///< for a fetch that another call has begun
};

/// One attempt to fetch, for the log: a failure is an alarm.
struct KeyFetch {
  std::string_view url;
  std::string_view failure;  ///< empty: it worked
  std::size_t keys = 0;
  bool stale_keys_in_use = false;
};

/// Counts since the start.
struct KeyCacheCounters {
  std::uint64_t fetches = 0;
  std::uint64_t failures = 0;
};

/// One for the process; any thread may ask. Must outlive the threads that do.
class KeyCache {
 public:
  /// `observe` is called after every attempt, on the thread that made it.
  KeyCache(FetchKeys fetch, KeyCachePolicy policy, std::function<void(KeyFetch const&)> observe);

  /// The key set at `url`, which the caller has found on a client's list. An unknown `kid` makes it be fetched again,
  /// once per call and within the credits; while another call fetches the same set, this one waits for it.
  /// Refused: keys_unavailable. That the set holds the kid is not promised.
  [[nodiscard]] boost::asio::awaitable<Checked<std::shared_ptr<KeySet const>>> keys(std::string url, std::string kid,
                                                                                    base::Now now);

  [[nodiscard]] KeyCacheCounters counters() const;

 private:
  using Waiter = std::shared_ptr<base::Delivery<bool>>;
  struct Entry {
    std::shared_ptr<KeySet const> keys;
    base::Now fetched{};
    base::Now attempted{};
    bool failing = false;
    bool fetching = false;
    unsigned spent = 0;       // credits in use
    base::Now spent_since{};  // when one of them was last given back
    std::vector<Waiter> waiters;
  };
  enum class Next { use, use_and_refresh, fetch, wait, give_up };

  [[nodiscard]] Next decide(Entry& entry, std::string_view kid, base::Now now) const;
  [[nodiscard]] bool take_credit(Entry& entry, base::Now now) const;
  [[nodiscard]] Checked<std::shared_ptr<KeySet const>> usable(std::string const& url, base::Now now);
  [[nodiscard]] boost::asio::awaitable<void> fetch(std::string url, base::Now now);
  void finish(std::string const& url, base::Result<KeySet> fetched, base::Now now);

  FetchKeys fetch_;
  KeyCachePolicy policy_;
  std::function<void(KeyFetch const&)> observe_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  KeyCacheCounters counters_;
};

}  // namespace ivig::certs
