#include "app/key_fetcher.h"

#include <utility>

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Errc;
using base::fail;

boost::asio::awaitable<base::Result<std::string>> KeyFetcher::fetch(std::string url) const {
  std::shared_ptr<Clients const> const clients = clients_.load();
  auto const policy = clients->key_policy(url);
  if (!policy) co_return tl::unexpected(policy.error());
  fhir::GetRequest request;
  request.url = url;
  request.accept = "application/jwk-set+json, application/json";
  request.max_bytes = limits_.keys_bytes;
  request.by = std::chrono::steady_clock::now() + limits_.keys_time;
  auto answer = co_await rest_.get(*policy, std::move(request));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  if (answer->status != 200) {
    co_return fail(Errc::unavailable, std::move(url), "answered " + std::to_string(answer->status) + " instead of 200");
  }
  co_return std::move(answer->body);
}

}  // namespace ivig::app
