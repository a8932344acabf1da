#include "certs/key_cache.h"

#include <algorithm>
#include <utility>

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::certs {

namespace asio = boost::asio;
using asio::awaitable;
using Keys = std::shared_ptr<KeySet const>;

KeyCache::KeyCache(FetchKeys fetch, KeyCachePolicy policy, std::function<void(KeyFetch const&)> observe)
    : fetch_(std::move(fetch)), policy_(policy), observe_(std::move(observe)) {}

awaitable<Checked<Keys>> KeyCache::keys(std::string url, std::string kid, base::Now now) {
  auto executor = co_await asio::this_coro::executor;
  Next next{};
  Keys known;
  Waiter waiter;
  {
    std::lock_guard const lock(mutex_);
    Entry& entry = entries_[url];
    next = decide(entry, kid, now);
    known = entry.keys;
    if (next == Next::fetch || next == Next::use_and_refresh) entry.fetching = true;
    if (next == Next::wait) {
      waiter = std::make_shared<base::Delivery<bool>>();
      entry.waiters.push_back(waiter);
    }
  }
  if (next == Next::use) co_return known;
  if (next == Next::use_and_refresh) {
    asio::co_spawn(executor, fetch(std::move(url), now), asio::detached);
    co_return known;
  }
  if (next == Next::fetch) co_await fetch(url, now);
  if (next == Next::wait) {
    base::Deadline const by = std::chrono::steady_clock::now() + policy_.max_wait;
    auto const woken = co_await base::Delivery<bool>::wait(waiter, by);
    (void)woken;  // or timed out: what there is now counts either way
  }
  co_return usable(url, now);
}

/// What to do about one call. Under the lock.
KeyCache::Next KeyCache::decide(Entry& entry, std::string_view kid, base::Now now) const {
  auto const age = now - entry.fetched;
  bool const may_retry = !entry.failing || now - entry.attempted >= policy_.retry_after;
  bool const known = entry.keys && entry.keys->has(kid);
  // While the host fails nobody waits for it a second time: the keys are used, and it is tried beside.
  bool const fresh = age < policy_.expire_after || (entry.failing && age < policy_.stale_limit);
  if (known && fresh) {
    bool const due = age >= policy_.refresh_after && !entry.fetching && may_retry;
    return due ? Next::use_and_refresh : Next::use;
  }
  if (entry.fetching) return Next::wait;
  if (!may_retry) return Next::give_up;
  // A set that has to be had costs no credit; a kid that somebody made up does.
  bool const expired = !entry.keys || age >= policy_.expire_after;
  if (expired || take_credit(entry, now)) return Next::fetch;
  return Next::give_up;
}

bool KeyCache::take_credit(Entry& entry, base::Now now) const {
  while (entry.spent > 0 && now - entry.spent_since >= policy_.credit_every) {
    --entry.spent;
    entry.spent_since += policy_.credit_every;
  }
  if (entry.spent >= policy_.credits) return false;
  if (entry.spent == 0) entry.spent_since = now;
  ++entry.spent;
  return true;
}

Checked<Keys> KeyCache::usable(std::string const& url, base::Now now) {
  std::lock_guard const lock(mutex_);
  Entry const& entry = entries_[url];
  if (entry.keys && now - entry.fetched < policy_.stale_limit) return entry.keys;
  return refuse(TokenFault::keys_unavailable, url);
}

awaitable<void> KeyCache::fetch(std::string url, base::Now now) {
  base::Result<std::string> text = base::fail(base::Errc::internal, url, "the fetch failed");
  try {
    text = co_await fetch_(url);
  } catch (std::exception const&) {
    // The error above stands: an exception's text may hold anything.
  }
  base::Result<KeySet> parsed = text ? KeySet::parse(*std::move(text)) : tl::unexpected(std::move(text).error());
  finish(url, std::move(parsed), now);
}

void KeyCache::finish(std::string const& url, base::Result<KeySet> fetched, base::Now now) {
  KeyFetch report{url, {}};
  std::string failure;
  std::vector<Waiter> waiters;
  {
    std::lock_guard const lock(mutex_);
    Entry& entry = entries_[url];
    entry.fetching = false;
    entry.attempted = now;
    entry.failing = !fetched;
    ++counters_.fetches;
    if (fetched) {
      failure = fetched->why_unusable();
      report.keys = fetched->keys().size();
      entry.keys = std::make_shared<KeySet const>(*std::move(fetched));
      entry.fetched = now;
    } else {
      failure = fetched.error().where + ": " + fetched.error().detail;
      ++counters_.failures;
      report.stale_keys_in_use = entry.keys && now - entry.fetched < policy_.stale_limit;
    }
    waiters.swap(entry.waiters);
  }
  for (Waiter const& waiter : waiters) waiter->deliver(true);
  report.failure = failure;
  if (observe_) observe_(report);
}

KeyCacheCounters KeyCache::counters() const {
  std::lock_guard const lock(mutex_);
  return counters_;
}

}  // namespace ivig::certs
