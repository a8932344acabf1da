#include "certs/authenticator.h"

#include <functional>
#include <utility>

#include "base/await_callback.h"

namespace ivig::certs {

using boost::asio::awaitable;

Checked<std::string> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer";
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  bool same = authorization.size() > kScheme.size() && authorization[kScheme.size()] == ' ';
  for (std::size_t i = 0; same && i < kScheme.size(); ++i) same = lower(authorization[i]) == kScheme[i];
  if (!same) return refuse(TokenFault::not_bearer);
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  while (authorization.ends_with(' ')) authorization.remove_suffix(1);
  return std::string(authorization);
}

awaitable<Checked<Authenticated>> Authenticator::authenticate(std::string const& token, TrustPolicy const& policy,
                                                              std::vector<std::string> audiences, base::Now now) {
  auto const jws = Jws::parse(token);
  if (!jws) co_return tl::unexpected(jws.error());
  auto const claimed = policy.choose(jws->hint());
  if (!claimed) co_return tl::unexpected(claimed.error());
  TrustedClient const& client = policy.clients()[claimed->index];

  auto const keys = co_await keys_of(client, *claimed, *jws, now);
  if (!keys) co_return tl::unexpected(keys.error());
  auto const claims = co_await verify(*jws, **keys, client.token.algorithms);
  if (!claims) co_return tl::unexpected(claims.error());

  audiences.insert(audiences.end(), client.audiences.begin(), client.audiences.end());
  auto principal = check(*claims, client.token, audiences, now);
  if (!principal) co_return tl::unexpected(std::move(principal).error());

  TokenUse const use = co_await replay_.remember(principal->issuer, principal->jti, principal->forget_after, now);
  if (use == TokenUse::again) co_return refuse(TokenFault::replayed, "jti " + shown(principal->jti));
  if (use == TokenUse::unknown) co_return refuse(TokenFault::replay_full);
  co_return Authenticated{claimed->index, *std::move(principal)};
}

awaitable<Checked<Claims>> Authenticator::verify(Jws const& jws, KeySet const& keys,
                                                 std::vector<Algorithm> const& allowed) {
  if (!is_slow(jws.algorithm())) co_return Claims::verify(jws, keys, allowed);
  // What the check refers to lives in the caller's frame, which waits for it.
  auto begin = [&](std::function<void(Checked<Claims>)> const& done) {
    auto const check = [&jws, &keys, &allowed, done] { done(Claims::verify(jws, keys, allowed)); };
    if (!slow_checks_.begin(check)) done(refuse(TokenFault::too_many_checks));
  };
  auto claims = co_await base::await_callback<Checked<Claims>>(std::move(begin));
  co_return claims;
}

awaitable<Checked<std::shared_ptr<KeySet const>>> Authenticator::keys_of(TrustedClient const& client,
                                                                         ClaimedClient const& claimed, Jws const& jws,
                                                                         base::Now now) {
  if (!claimed.url) {
    if (client.keys) co_return client.keys;
    co_return refuse(TokenFault::keys_unavailable, "client " + client.name + " has no keys");
  }
  std::string url = *claimed.url;
  std::string kid = jws.kid();
  auto keys = co_await keys_.keys(std::move(url), std::move(kid), now);
  co_return keys;
}

}  // namespace ivig::certs
