// ivig-cds serve: wires configuration, rules, routes and server by hand, then waits for signals.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <sys/resource.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/routes.h"
#include "certs/outbound_trust.h"
#include "certs/tls_server.h"
#include "fhir/rest_client.h"
#include "server/server.h"

namespace ivig::app {
namespace {

std::string config_file(std::string const& named) {
  if (!named.empty()) return named;
  char const* environment = std::getenv("IVIG_CDS_CONFIG");
  return environment == nullptr ? std::string{} : environment;
}

base::Result<Config> read_config(std::string const& named) {
  std::string file = config_file(named);
  return file.empty() ? base::Result<Config>(Config{}) : load_config(file);
}

int refuse(base::Error const& error) {
  std::cerr << "ivig-cds: " << error.where << (error.where.empty() ? "" : ": ") << error.detail << "\n";
  return 2;
}

/// Raises the open-file limit to what `connections` needs; a refusal shows later as refused connections, so it is said.
void raise_file_limit(std::size_t connections, server::Log& log) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  rlim_t wanted = static_cast<rlim_t>(connections) + 2048;  // beside them: files, and connections to FHIR servers
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? wanted : std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    log.warn("open_file_limit",
             {{"wanted", static_cast<std::int64_t>(wanted)}, {"allowed", static_cast<std::int64_t>(limit.rlim_cur)}});
  }
}

hooks::ClientProfile profile_of(ClientConfig const* client) {
  if (client == nullptr) return {};
  switch (client->profile) {
    case ProfileName::epic: return *hooks::client_profile("epic");
    case ProfileName::oracle_health: return *hooks::client_profile("oracle-health");
    case ProfileName::cds_hooks_1_0: return *hooks::client_profile("cds-hooks-1.0");
    case ProfileName::generic:
    case ProfileName::sandbox: break;
  }
  return {};
}

/// What may be fetched for a client, and what that may cost. Nobody's: nothing.
hooks::FetchSettings fetch_settings(Config const& config, ClientConfig const* client) {
  hooks::FetchSettings settings;
  settings.time = config.limits.fhir_time;
  settings.answer_bytes = config.limits.fhir_response_bytes;
  settings.pages = config.limits.fhir_pages;
  settings.json_depth = config.limits.json_depth;
  if (client == nullptr) return settings;
  // Both lists were read once when the configuration was: an error cannot come up here.
  if (auto policy = fhir::OutboundPolicy::read(client->fhir_servers, client->private_networks)) {
    settings.policy = *std::move(policy);
  }
  if (client->fhir_version) settings.version = fhir::parse_version(*client->fhir_version);
  return settings;
}

RouteSettings route_settings(Config const& config) {
  RouteSettings settings;
  settings.token_required = config.auth == AuthMode::required;
  settings.public_url = config.public_url;
  settings.cors_origins = config.cors_origins;
  settings.gap_cards = config.gap_cards;
  settings.body_bytes = config.limits.http.body_bytes;
  settings.json_depth = config.limits.json_depth;
  auto const* anonymous = config.anonymous_client();
  settings.anonymous_profile = profile_of(anonymous);
  settings.anonymous_fetch = fetch_settings(config, anonymous);
  if (anonymous != nullptr) settings.anonymous_services = anonymous->services;
  return settings;
}

base::Result<std::shared_ptr<boost::asio::ssl::context>> tls_context(Config const& config) {
  return certs::load_server_tls(
      {config.tls.certificate, config.tls.key, config.tls.client_ca, config.tls.require_client_certificate});
}

/// The running service: what a reload replaces, and what must outlive the server.
class Service {
 public:
  Service(Config config, std::shared_ptr<x509_store_st> trust)
      : config_(std::move(config)),
        client_(std::move(trust)),
        log_(config_.log.level, config_.log.format),
        settings_(route_settings(config_)),
        server_(config_.limits.http, config_.threads, log_) {}

  int run(sigset_t const& signals) {
    auto knowledge = advice::Knowledge::load(config_.rules);
    if (!knowledge) return refuse(knowledge.error());
    knowledge_.store(*knowledge);
    raise_file_limit(config_.limits.http.connections, log_);
    if (auto started = start(); !started) return refuse(started.error());
    log_.info("started", {{"rules", (*knowledge)->rules.version},
                          {"rules_sha256", (*knowledge)->rules.sha256},
                          {"auth", config_.auth == AuthMode::off        ? "off"
                                   : config_.auth == AuthMode::optional ? "optional"
                                                                        : "required"}});
    if (config_.auth == AuthMode::off)
      log_.warn("auth_off", {{"detail", "every local caller is served; loopback only"}});
    for (int signal = 0; sigwait(&signals, &signal) == 0 && signal == SIGHUP;) reload();
    log_.info("stopping");
    bool clean = server_.stop();
    log_.info("stopped", {{"clean", clean}});
    return 0;
  }

 private:
  base::Result<void> start() {
    std::shared_ptr<boost::asio::ssl::context> tls;
    if (config_.needs_tls()) {
      auto context = tls_context(config_);
      if (!context) return tl::unexpected(context.error());
      tls = *context;
    }
    auto service = std::make_shared<server::Handler const>(service_handler(knowledge_, settings_, client_));
    auto admin = std::make_shared<server::Handler const>(admin_handler(knowledge_));
    std::vector<server::Listener> listeners;
    for (auto const& address : config_.listen) listeners.push_back({address, service, address.tls ? tls : nullptr});
    if (config_.admin) listeners.push_back({*config_.admin, admin, config_.admin->tls ? tls : nullptr, false});
    auto bound = server_.start(std::move(listeners));
    if (!bound) return tl::unexpected(bound.error());
    for (auto const& address : *bound) std::cout << "listening " << address.text() << std::endl;
    return {};
  }

  /// New rules and certificates, or the old ones and a line that says why.
  void reload() {
    auto knowledge = advice::Knowledge::load(config_.rules);
    if (knowledge) {
      knowledge_.store(*knowledge);
      log_.info("rules_reloaded",
                {{"rules", (*knowledge)->rules.version}, {"rules_sha256", (*knowledge)->rules.sha256}});
    } else {
      log_.error("rules_kept", {{"where", knowledge.error().where}, {"detail", knowledge.error().detail}});
    }
    if (!config_.needs_tls()) return;
    auto tls = tls_context(config_);
    if (tls) {
      server_.replace_tls(*tls);
      log_.info("certificates_reloaded");
    } else {
      log_.error("certificates_kept", {{"where", tls.error().where}, {"detail", tls.error().detail}});
    }
  }

  Config config_;
  fhir::RestClient client_;  // before the first thread
  server::Log log_;
  KnowledgeSlot knowledge_;
  RouteSettings settings_;
  server::Server server_;  // last: its threads use everything above
};

}  // namespace

int run_serve(std::string const& named) {
  // Blocked before any thread starts, so that only sigwait sees them.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto config = read_config(named);
  if (!config) return refuse(config.error());
  auto trust = certs::load_outbound_trust(config->tls.outbound_ca);
  if (!trust) return refuse(trust.error());
  Service service(std::move(*config), *std::move(trust));
  return service.run(signals);
}

std::string rules_folder(std::string const& named, std::string const& config) {
  namespace fs = std::filesystem;
  if (!named.empty()) return named;
  if (std::string file = config_file(config); !file.empty()) {
    if (auto loaded = load_config(file)) return loaded->rules.string();
  }
  if (fs::exists("rules/rule-set.json")) return "rules";
  std::error_code error;
  fs::path self = fs::read_symlink("/proc/self/exe", error);
  // build/<preset>/ivig-cds in a checkout; bin/ivig-cds beside share/ when installed.
  for (char const* relative : {"../../rules", "../share/ivig-cds/rules"}) {
    fs::path candidate = (self.parent_path() / relative).lexically_normal();
    if (fs::exists(candidate / "rule-set.json")) return candidate.string();
  }
  return "rules";
}

}  // namespace ivig::app
