#include "certs/trust_policy.h"

#include <algorithm>

namespace ivig::certs {
namespace {

bool holds(std::vector<std::string> const& list, std::string const& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Where the client's keys are, by what the token says. Refused: jku_not_listed.
Checked<std::optional<std::string>> key_source(TrustedClient const& client, std::optional<std::string> const& jku) {
  if (jku && !holds(client.jku, *jku)) {
    return refuse(TokenFault::jku_not_listed, "jku " + shown(*jku) + " of client " + client.name);
  }
  if (client.keys || client.jku.empty()) return std::optional<std::string>();
  if (jku) return jku;
  if (client.jku.size() > 1) {
    return refuse(TokenFault::jku_not_listed, "no jku, and client " + client.name + " has several");
  }
  return std::optional(client.jku.front());
}

}  // namespace

Checked<ClaimedClient> TrustPolicy::choose(KeyHint const& hint) const {
  Checked<ClaimedClient> best = refuse(TokenFault::unknown_issuer, "iss " + shown(hint.issuer));
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    TrustedClient const& client = clients_[i];
    if (client.issuer != hint.issuer) continue;
    auto source = key_source(client, hint.jku);
    if (!source) {
      if (!best) best = tl::unexpected(std::move(source).error());
      continue;
    }
    auto const& tenants = client.token.tenants;
    if (tenants.empty() || holds(tenants, hint.tenant)) return ClaimedClient{i, *std::move(source)};
    // Another client may have the tenant; if none has, the token is refused by this one.
    if (!best) best = ClaimedClient{i, *std::move(source)};
  }
  return best;
}

}  // namespace ivig::certs
