#include "app/gate.h"

#include <algorithm>
#include <utility>

#include "server/text.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Errc;
using base::fail;
using boost::asio::awaitable;
using certs::TokenFault;

namespace {

/// The one Authorization header. Refused: no_token; not_bearer when there are several, because a proxy in front may
/// have looked at another one.
certs::Checked<std::string_view> authorization(server::RequestHead const& head) {
  std::string_view found;
  std::size_t count = 0;
  for (auto const& [name, value] : head.headers) {
    if (!server::equal_without_case(name, "Authorization")) continue;
    found = value;
    ++count;
  }
  if (count == 0) return certs::refuse(TokenFault::no_token);
  if (count > 1) return certs::refuse(TokenFault::not_bearer, "several Authorization headers");
  return found;
}

}  // namespace

Gate::Gate(GateParts parts, AuthMode mode, std::string public_url)
    : parts_(std::move(parts)), mode_(mode), services_url_(std::move(public_url)) {
  while (services_url_.ends_with('/')) services_url_.pop_back();
  services_url_ += "/cds-services/";
}

awaitable<base::Result<Caller>> Gate::admit(server::RequestHead const& head, std::string_view service,
                                            bool feedback) const {
  auto identified = co_await identify(head, service, feedback);
  if (!identified) co_return tl::unexpected(refuse(head, identified.error()));
  Client const& client = *identified->client;
  if (!client.may_call(service)) {
    parts_.counters.forbidden.fetch_add(1, std::memory_order_relaxed);
    parts_.log.warn("call_forbidden", {{"request_id", head.request_id}, {"client", client.name}, {"service", service}});
    co_return fail(Errc::forbidden, "", "");
  }
  // Callers without a token are told apart by address only.
  std::string const caller = client.issuer.empty() ? "from " + head.peer : "client " + client.name;
  if (!parts_.rate.admit(caller, parts_.clock())) {
    parts_.counters.over_the_rate.fetch_add(1, std::memory_order_relaxed);
    parts_.log.warn("over_the_rate", {{"request_id", head.request_id}, {"client", client.name}});
    co_return fail(Errc::too_many_requests, "", "more than limits.requests_per_second; try again in a second");
  }
  co_return *std::move(identified);
}

awaitable<certs::Checked<Caller>> Gate::identify(server::RequestHead const& head, std::string_view service,
                                                 bool feedback) const {
  std::shared_ptr<Clients const> const clients = parts_.clients.load();
  Client const* client = &clients->anonymous();
  std::string tenant;
  auto const header = authorization(head);
  bool const without_token = !header && header.error().fault == TokenFault::no_token;
  if (mode_ != AuthMode::off && !(mode_ == AuthMode::optional && without_token)) {
    if (!header) co_return tl::unexpected(header.error());
    auto const token = certs::bearer_token(*header);
    if (!token) co_return tl::unexpected(token.error());
    std::vector<std::string> audiences;
    audiences.push_back(services_url_ + std::string(service));
    if (feedback) audiences.push_back(audiences.front() + "/feedback");
    base::Now const now = parts_.now();
    auto caller = co_await parts_.authenticator.authenticate(*token, clients->trust(), std::move(audiences), now);
    if (!caller) co_return tl::unexpected(caller.error());
    client = &clients->trusted(caller->client);
    tenant = std::move(caller->principal.tenant);
    parts_.counters.tokens.accepted.fetch_add(1, std::memory_order_relaxed);
  }
  if (!client->accepts_certificate(head.certificate_names)) {
    co_return certs::refuse(TokenFault::certificate, "client " + client->name);
  }
  // The pointer keeps the whole set alive for the rest of the call.
  Caller known{std::shared_ptr<Client const>(clients, client), std::move(tenant)};
  co_return known;
}

base::Error Gate::refuse(server::RequestHead const& head, certs::Refused const& refused) const {
  parts_.counters.tokens.count(refused.fault);
  parts_.log.warn(
      "call_refused",
      {{"request_id", head.request_id}, {"reason", certs::fault_name(refused.fault)}, {"detail", refused.detail}});
  bool const busy = refused.fault == TokenFault::replay_full || refused.fault == TokenFault::too_many_checks;
  if (busy) return {Errc::unavailable, "", "the server is busy; try again"};
  return {Errc::unauthenticated, "", ""};
}

}  // namespace ivig::app
