#include "app/clients.h"

#include <algorithm>
#include <utility>

#include "base/regular_file.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::fail;

constexpr std::size_t kLongestKeyFile = 1024 * 1024;

hooks::ClientProfile profile_of(ProfileName name) {
  switch (name) {
    case ProfileName::epic: return *hooks::client_profile("epic");
    case ProfileName::oracle_health: return *hooks::client_profile("oracle-health");
    case ProfileName::cds_hooks_1_0: return *hooks::client_profile("cds-hooks-1.0");
    case ProfileName::generic:
    case ProfileName::sandbox: break;
  }
  return {};
}

/// What may be fetched for a client, and what that may cost.
hooks::FetchSettings fetch_settings(Config const& config, ClientConfig const& client) {
  hooks::FetchSettings settings;
  settings.time = config.limits.fhir_time;
  settings.answer_bytes = config.limits.fhir_response_bytes;
  settings.pages = config.limits.fhir_pages;
  settings.json_depth = config.limits.json_depth;
  // Both lists were read once when the configuration was: an error cannot come up here.
  if (auto policy = fhir::OutboundPolicy::read(client.fhir_servers, client.private_networks)) {
    settings.policy = *std::move(policy);
  }
  if (client.fhir_version) settings.version = fhir::parse_version(*client.fhir_version);
  return settings;
}

base::Result<std::shared_ptr<certs::KeySet const>> read_keys(std::filesystem::path const& file,
                                                             std::string const& client) {
  auto const unusable = [&](Errc code, std::string const& why) {
    return fail(code, file.string(), why + "; mend jwks_file of client '" + client + "'");
  };
  auto text = base::read_regular_file(file.string(), kLongestKeyFile);
  if (!text) return unusable(text.error().code, text.error().detail);
  auto keys = certs::KeySet::parse(*std::move(text));
  if (!keys) return unusable(Errc::invalid_config, "is no JWK Set: " + keys.error().where + " " + keys.error().detail);
  if (std::string const why = keys->why_unusable(); !why.empty()) return unusable(Errc::invalid_config, why);
  return std::make_shared<certs::KeySet const>(*std::move(keys));
}

}  // namespace

bool Client::may_call(std::string_view service) const {
  return std::any_of(services.begin(), services.end(),
                     [service](std::string const& allowed) { return allowed == "*" || allowed == service; });
}

bool Client::accepts_certificate(std::vector<std::string> const& names) const {
  if (certificate.empty()) return true;
  return std::any_of(names.begin(), names.end(), [this](std::string const& its) {
    return std::find(certificate.begin(), certificate.end(), its) != certificate.end();
  });
}

base::Result<fhir::OutboundPolicy> Clients::key_policy(std::string const& url) const {
  std::vector<std::string> networks;
  bool listed = false;
  for (ClientConfig const& entry : entries_) {
    if (std::find(entry.jku.begin(), entry.jku.end(), url) == entry.jku.end()) continue;
    listed = true;
    networks.insert(networks.end(), entry.private_networks.begin(), entry.private_networks.end());
  }
  if (!listed) return fail(Errc::forbidden, url, "is no jku of a client");
  return fhir::OutboundPolicy::read({url}, networks);
}

base::Result<std::shared_ptr<Clients const>> Clients::load(Config const& config) {
  std::vector<certs::TrustedClient> trust;
  std::vector<Client> trusted;
  Client anonymous;
  for (ClientConfig const& entry : config.clients) {
    Client client{entry.name,     entry.issuer.value_or(""),     profile_of(entry.profile),
                  entry.services, fetch_settings(config, entry), entry.certificate};
    if (!entry.issuer) {
      anonymous = std::move(client);
      continue;
    }
    certs::TrustedClient source{.name = entry.name,
                                .issuer = *entry.issuer,
                                .jku = entry.jku,
                                .audiences = entry.audiences,
                                .token = {.algorithms = entry.algorithms,
                                          .tenants = entry.tenants,
                                          .subject = entry.subject,
                                          .skew = config.tokens.clock_skew,
                                          .max_life = config.tokens.max_life}};
    if (entry.jwks_file) {
      auto keys = read_keys(*entry.jwks_file, entry.name);
      if (!keys) return tl::unexpected(std::move(keys).error());
      source.keys = *std::move(keys);
    }
    trust.push_back(std::move(source));
    trusted.push_back(std::move(client));
  }
  return std::shared_ptr<Clients const>(
      new Clients(config.clients, std::move(trust), std::move(trusted), std::move(anonymous)));
}

}  // namespace ivig::app
