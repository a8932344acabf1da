// ivig-cds serve: wires configuration, rules, routes and server by hand, then waits for signals.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include <sys/stat.h>

#include "app/certificate_watch.h"
#include "app/clients.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/config_file.h"
#include "app/decision_log.h"
#include "app/diagnostics.h"
#include "app/file_limit.h"
#include "app/gate.h"
#include "app/key_fetcher.h"
#include "app/oidc.h"
#include "app/routes.h"
#include "app/shared_replay.h"
#include "app/store_setup.h"
#include "base/regular_file.h"
#include "certs/authenticator.h"
#include "certs/outbound_trust.h"
#include "certs/tls_server.h"
#include "fhir/rest_client.h"
#include "server/server.h"

namespace ivig::app {
namespace {

constexpr std::size_t kAdminConnections = 64;
constexpr std::chrono::milliseconds kWhileStoreCommits(20);

base::Now current_time() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

RouteSettings route_settings(Config const& config) {
  RouteSettings settings;
  settings.public_url = config.public_url;
  settings.cors_origins = config.cors_origins;
  settings.gap_cards = config.gap_cards;
  settings.body_bytes = config.limits.http.body_bytes;
  settings.json_depth = config.limits.json_depth;
  settings.form_bytes = config.limits.form_bytes;
  settings.feedback_bytes = config.limits.feedback_bytes;
  settings.feedback_entries = config.limits.feedback_entries;
  settings.clock_skew = config.tokens.clock_skew;
  settings.store_required = config.store.required;
  settings.read = config.limits.read;
  settings.most_cards = config.limits.cards;
  settings.review.open = config.review.auth == ReviewAuth::off && config.is_loopback_only() && !config.behind_proxy;
  settings.review.auth = config.review.auth;
  settings.review.public_url = config.public_url;
  settings.review.session = config.review.session;
  return settings;
}

base::Result<std::shared_ptr<boost::asio::ssl::context>> tls_context(Config const& config) {
  return certs::load_server_tls({.certificate = config.tls.certificate,
                                 .key = config.tls.key,
                                 .client_ca = config.tls.client_ca,
                                 .require_client_certificate = config.tls.require_client_certificate,
                                 .others = config.tls.certificates});
}

/// An alarm when it failed: until somebody mends it, calls of that client are on their way to being refused. REQ JWT-18
void note_key_fetch(server::Log& log, certs::KeyFetch const& fetch) {
  if (fetch.failure.empty()) {
    log.info("keys_fetched", {{"jku", fetch.url}, {"keys", fetch.keys}});
  } else {
    log.error("keys_not_fetched",
              {{"jku", fetch.url}, {"detail", fetch.failure}, {"last_good_keys_in_use", fetch.stale_keys_in_use}});
  }
}

/// The one line of a file that holds a secret.
base::Result<std::string> read_secret(std::filesystem::path const& file) {
  auto const text = base::read_regular_file(file.string());
  std::string const why = !text ? text.error().detail : text->empty() ? "is empty" : "";
  if (!why.empty()) {
    return base::fail(base::Errc::invalid_config, file.string(), why + "; mend it or review.client_secret_file");
  }
  std::string line = text->substr(0, text->find('\n'));
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  return line;
}

base::Result<std::unique_ptr<OidcSignIn>> oidc_sign_in(Config const& config, fhir::RestClient& client) {
  OidcSettings settings;
  settings.issuer = *config.review.issuer;
  settings.client_id = *config.review.client_id;
  if (config.review.client_secret_file) {
    auto secret = read_secret(*config.review.client_secret_file);
    if (!secret) return tl::unexpected(secret.error());
    settings.secret = *std::move(secret);
  }
  settings.redirect_url = config.public_url + (config.public_url.ends_with('/') ? "" : "/") + "review/sign-in/callback";
  settings.roles_claim = config.review.roles_claim;
  settings.private_networks = config.review.private_networks;
  settings.roles = {config.review.viewer_roles, config.review.reviewer_roles};
  settings.skew = config.tokens.clock_skew;
  return OidcSignIn::make(std::move(settings), client);
}

/// The running service: what a reload replaces, and what must outlive the server.
class Service {
 public:
  /// `file`: where `config` came from and a reload looks again; empty for the defaults. `trust`: whom it trusts when it
  /// calls others.
  Service(Config config, std::string file, std::shared_ptr<x509_store_st> const& trust)
      : config_(std::move(config)),
        file_(std::move(file)),
        client_(trust),
        log_(config_.log.level, config_.log.format),
        settings_(route_settings(config_)),
        key_fetcher_(client_, clients_, config_.tokens),
        keys_([this](std::string url) { return key_fetcher_.fetch(std::move(url)); }, config_.tokens.keys,
              [this](certs::KeyFetch const& fetch) { note_key_fetch(log_, fetch); }),
        replay_(config_.tokens.replay_entries),
        shared_replay_(replay_, store_),
        slow_checks_(config_.tokens.slow_checks),
        authenticator_(keys_, shared_replay_, slow_checks_),
        rate_(config_.limits.requests_per_second),
        gate_({clients_, authenticator_, rate_, counters_, log_, current_time}, config_.auth, config_.public_url),
        server_(config_.limits.http, config_.threads, log_) {}

  int run(sigset_t const& signals) {
    auto knowledge = advice::Knowledge::load(config_.rules);
    if (!knowledge) return refuse(knowledge.error());
    knowledge_.store(*knowledge);
    auto references = references_of(config_.store);
    if (!references) return refuse(references.error());
    references_ = *std::move(references);
    auto store = open_store(config_.store, log_, [this](std::chrono::nanoseconds time, std::size_t decisions) {
      metrics_.commit(time, decisions);
    });
    if (!store) return refuse(store.error());
    store_ = *std::move(store);
    decisions_.emplace(DecisionLogParts{*store_, references_, metrics_, log_});
    auto clients = Clients::load(config_);
    if (!clients) return refuse(clients.error());
    clients_.store(*clients);
    if (config_.review.auth == ReviewAuth::token) {
      auto tokens = review_tokens();
      if (!tokens) return refuse(tokens.error());
      tokens_.store(*std::move(tokens));
      settings_.review.tokens = &tokens_;
    }
    if (config_.review.auth == ReviewAuth::oidc) {
      auto oidc = oidc_sign_in(config_, client_);
      if (!oidc) return refuse(oidc.error());
      oidc_ = *std::move(oidc);
      settings_.review.oidc = oidc_.get();
    }
    if (auto limited = limit_connections(); !limited) return refuse(limited.error());
    if (auto started = start(); !started) return refuse(started.error());
    log_.info("started", {{"rules", (*knowledge)->rules.version},
                          {"rules_sha256", (*knowledge)->rules.sha256},
                          {"auth", config_.auth == AuthMode::off        ? "off"
                                   : config_.auth == AuthMode::optional ? "optional"
                                                                        : "required"}});
    if (config_.auth == AuthMode::off)
      log_.warn("auth_off", {{"detail", "every local caller is served; loopback only"}});
    look_at_certificates();
    certificates_.warn(log_, current_time());
    for (int signal = wait_for(signals); signal != SIGTERM && signal != SIGINT; signal = wait_for(signals)) {
      if (signal == SIGHUP) reload();
      certificates_.warn(log_, current_time());
    }
    log_.info("stopping");
    drain(signals);
    bool clean = server_.stop();
    if (server_.stuck() > 0) abandon();
    slow_checks_.stop();
    store_.reset();  // what is still queued is committed; its answers find the server's contexts alive
    log_.info("stopped", {{"clean", clean}});
    return 0;
  }

 private:
  /// As many as there are file descriptors for; said where these are fewer than configured.
  base::Result<void> limit_connections() {
    std::size_t const wanted = config_.limits.http.connections, listeners = config_.listen.size();
    std::size_t const files = files_wanted(wanted, listeners);
    std::size_t const allowed = raise_file_limit(files);
    auto connections = connections_allowed(wanted, listeners, allowed);
    if (!connections) return tl::unexpected(connections.error());
    connections_ = *connections;
    if (connections_ < wanted) {
      log_.warn("fewer_connections", {{"limits.connections", wanted},
                                      {"connections", connections_},
                                      {"open_files_allowed", allowed},
                                      {"open_files_wanted", files}});
    }
    return {};
  }

  /// The end while threads still compute, which nothing can interrupt: what they use must stay, so the process ends
  /// without taking anything apart. Records that wait are committed or spooled first, within store_wait_seconds.
  [[noreturn]] void abandon() {
    auto const until = std::chrono::steady_clock::now() + config_.store.wait + std::chrono::seconds(1);
    while (store_->status().queue > 0 && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(kWhileStoreCommits);
    }
    auto const status = store_->status();
    log_.error("stopped", {{"clean", false},
                           {"threads_abandoned", server_.stuck()},
                           {"records_lost", status.memory_records + status.queue}});
    std::this_thread::sleep_for(2 * kWhileStoreCommits);  // errors are written at once, by a thread of the log's own
    std::_Exit(0);
  }

  base::Result<void> start() {
    std::shared_ptr<boost::asio::ssl::context> tls;
    if (config_.needs_tls()) {
      auto context = tls_context(config_);
      if (!context) return tl::unexpected(context.error());
      tls = *context;
    }
    auto service =
        std::make_shared<server::Handler const>(service_handler(knowledge_, settings_, {gate_, client_, *decisions_}));
    auto admin = std::make_shared<server::Handler const>(
        admin_handler({knowledge_, *decisions_, stopping_, [this](ServiceMetrics& figures) { refresh(figures); }}));
    std::vector<server::Listener> listeners;
    for (auto const& address : config_.listen) {
      listeners.push_back({address, service, address.tls ? tls : nullptr, true, false, connections_});
    }
    if (config_.admin) {
      listeners.push_back({*config_.admin, admin, config_.admin->tls ? tls : nullptr, false, true, kAdminConnections});
    }
    auto bound = server_.start(std::move(listeners));
    if (!bound) return tl::unexpected(bound.error());
    for (auto const& address : *bound) std::cout << "listening " << address.text() << std::endl;
    return {};
  }

  /// Figures that are counted elsewhere, brought up to date for a scrape.
  void refresh(ServiceMetrics& figures) {
    figures.server(server_.counters());
    figures.tokens(counters_.tokens);
    figures.refused(counters_.forbidden, counters_.over_the_rate);
    figures.keys(keys_.counters());
    certificates_.show(figures);
  }

  /// Serves on for a while and says that it is about to stop, so that a load balancer looks elsewhere; a second signal
  /// cuts it short.
  void drain(sigset_t const& signals) {
    stopping_ = true;
    if (config_.drain.count() == 0) return;
    auto const seconds = std::chrono::floor<std::chrono::seconds>(config_.drain);
    timespec const time{seconds.count(), static_cast<long>(std::chrono::nanoseconds(config_.drain - seconds).count())};
    sigtimedwait(&signals, nullptr, &time);
  }

  /// The next signal, or 0 after a day.
  static int wait_for(sigset_t const& signals) {
    timespec const day{24 * 60 * 60, 0};
    int const signal = sigtimedwait(&signals, nullptr, &day);
    return signal < 0 ? 0 : signal;
  }

  /// New rules, clients and certificates, each or the old ones and a line that says why.
  void reload() {
    if (!file_.empty()) {
      auto config = load_config(file_);
      if (!config) {
        log_.error("configuration_kept", {{"where", config.error().where}, {"detail", config.error().detail}});
        return;
      }
      // The rest of the file is read at the start only.
      config_.rules = config->rules;
      config->tls.outbound_ca = config_.tls.outbound_ca;
      config_.tls = config->tls;
      config_.clients = config->clients;
    }
    reload_rules();
    reload_clients();
    reload_certificates();
    if (config_.review.auth == ReviewAuth::token) reload_review_tokens();
  }

  [[nodiscard]] base::Result<std::shared_ptr<TokenFile const>> review_tokens() const {
    return TokenFile::load(*config_.review.token_file, {config_.review.viewer_roles, config_.review.reviewer_roles});
  }

  void reload_review_tokens() {
    auto tokens = review_tokens();
    if (!tokens) {
      log_.error("review_tokens_kept", {{"where", tokens.error().where}, {"detail", tokens.error().detail}});
      return;
    }
    tokens_.store(*std::move(tokens));
    log_.info("review_tokens_reloaded");
  }

  void reload_rules() {
    auto knowledge = advice::Knowledge::load(config_.rules);
    if (!knowledge) {
      log_.error("rules_kept", {{"where", knowledge.error().where}, {"detail", knowledge.error().detail}});
      return;
    }
    knowledge_.store(*knowledge);
    log_.info("rules_reloaded", {{"rules", (*knowledge)->rules.version}, {"rules_sha256", (*knowledge)->rules.sha256}});
  }

  void reload_clients() {
    auto clients = Clients::load(config_);
    if (!clients) {
      log_.error("clients_kept", {{"where", clients.error().where}, {"detail", clients.error().detail}});
      return;
    }
    clients_.store(*clients);
    log_.info("clients_reloaded", {{"clients", config_.clients.size()}});
  }

  void reload_certificates() {
    if (!config_.needs_tls()) return;
    auto tls = tls_context(config_);
    if (!tls) {
      log_.error("certificates_kept", {{"where", tls.error().where}, {"detail", tls.error().detail}});
      return;
    }
    server_.replace_tls(*tls);
    look_at_certificates();
    log_.info("certificates_reloaded");
  }

  /// Those in use from now on. Warnings about them come at the start, on each reload, and once a day.
  void look_at_certificates() {
    std::vector<std::filesystem::path> files;
    if (config_.needs_tls()) {
      files.push_back(config_.tls.certificate);
      for (auto const& other : config_.tls.certificates) files.push_back(other.certificate);
      if (config_.tls.client_ca) files.push_back(*config_.tls.client_ca);
    }
    if (config_.tls.outbound_ca) files.push_back(*config_.tls.outbound_ca);
    certificates_.look_at(files);
  }

  Config config_;
  std::string file_;
  std::size_t connections_ = 0;
  fhir::RestClient client_;  // before the first thread
  server::Log log_;
  KnowledgeSlot knowledge_;
  TokenFileSlot tokens_;
  ClientsSlot clients_;
  RouteSettings settings_;
  CertificateWatch certificates_;
  std::atomic<bool> stopping_{false};
  ServiceMetrics metrics_;
  store::References references_;
  std::unique_ptr<store::Store> store_;
  std::optional<DecisionLog> decisions_;
  KeyFetcher key_fetcher_;
  certs::KeyCache keys_;
  certs::LocalReplayMemory replay_;
  SharedReplay shared_replay_;
  certs::SlowChecks slow_checks_;
  certs::Authenticator authenticator_;
  std::unique_ptr<OidcSignIn> oidc_;
  RateLimiter rate_;
  GateCounters counters_;
  Gate gate_;
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
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its largest (ulimit -f) is a write that fails, as on a full disk
  // Decisions are patient data: database, spool and key are for the server's own user.
  ::umask(S_IRWXG | S_IRWXO);

  auto config = read_config(named);
  if (!config) return refuse(config.error());
  auto trust = certs::load_outbound_trust(config->tls.outbound_ca);
  if (!trust) return refuse(trust.error());
  Service service(std::move(*config), config_file(named), *std::move(trust));
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
