#pragma once
// Which tokens were seen, on this node and on the others.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/await_callback.h"
#include "certs/replay_memory.h"
#include "store/store.h"

namespace ivig::app {

/// First this node's memory, which refuses when it is full, then the store that all nodes share. While the store is
/// away the node's own memory decides. REQ JWT-12
class SharedReplay final : public certs::ReplayMemory {
 public:
  /// Both must outlive it; `store` may be filled later, before the first token.
  SharedReplay(certs::ReplayMemory& local, std::unique_ptr<store::Store> const& store) : local_(local), store_(store) {}

  [[nodiscard]] boost::asio::awaitable<certs::TokenUse> remember(std::string issuer, std::string jti, base::Now until,
                                                                 base::Now now) override {
    store::TokenUse use{issuer, jti, until};
    certs::TokenUse const here = co_await local_.remember(std::move(issuer), std::move(jti), until, now);
    if (here != certs::TokenUse::first || !store_ || !store_->keeps()) co_return here;
    auto ask = [this, &use](std::function<void(bool)> done) { store_->first_use(std::move(use), std::move(done)); };
    bool const first = co_await base::await_callback<bool>(std::move(ask));
    co_return first ? certs::TokenUse::first : certs::TokenUse::again;
  }

 private:
  certs::ReplayMemory& local_;
  std::unique_ptr<store::Store> const& store_;
};

}  // namespace ivig::app
