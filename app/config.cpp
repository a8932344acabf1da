#include "app/config.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "app/config_limits.h"
#include "app/config_node.h"
#include "app/config_reading.h"
#include "app/config_store.h"
#include "base/regular_file.h"
#include "fhir/outbound_policy.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::fail;
using server::ListenAddress;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kShortest(50);

constexpr std::array<std::string_view, 25> kTopKeys{"listen",
                                                    "behind_proxy",
                                                    "public_url",
                                                    "admin",
                                                    "tls",
                                                    "auth",
                                                    "rules",
                                                    "store",
                                                    "store_references",
                                                    "store_key",
                                                    "store_spool",
                                                    "store_spool_bytes",
                                                    "store_memory_bytes",
                                                    "store_required",
                                                    "store_keep_days",
                                                    "store_wait_seconds",
                                                    "threads",
                                                    "drain_seconds",
                                                    "cors",
                                                    "limits",
                                                    "log",
                                                    "review",
                                                    "gap_cards",
                                                    "tokens",
                                                    "clients"};
constexpr std::array<std::string_view, 6> kTlsKeys{
    "certificate", "key", "client_ca", "require_client_certificate", "certificates", "outbound_ca"};
constexpr std::array<std::string_view, 2> kCertificateKeys{"certificate", "key"};
constexpr std::array<std::string_view, 1> kCorsKeys{"origins"};
constexpr std::array<std::string_view, 2> kLogKeys{"level", "format"};
constexpr std::array<std::string_view, 10> kReviewKeys{
    "auth",         "issuer",         "client_id",   "client_secret_file", "token_file",
    "viewer_roles", "reviewer_roles", "roles_claim", "session_minutes",    "private_networks"};
constexpr std::array<std::string_view, 14> kClientKeys{
    "name",      "issuer",  "jku",      "jwks_file",    "algorithms",       "subject",      "certificate",
    "audiences", "tenants", "services", "fhir_servers", "private_networks", "fhir_version", "profile"};
constexpr std::array<std::string_view, 9> kTokenKeys{
    "clock_skew_seconds", "max_life_seconds",     "replay_entries",      "slow_checks",       "keys_seconds",
    "keys_bytes",         "keys_refresh_seconds", "keys_expire_seconds", "keys_stale_seconds"};

constexpr std::array<std::string_view, 3> kAuthModes{"required", "optional", "off"};
constexpr std::array<std::string_view, 3> kReviewAuths{"off", "token", "oidc"};
constexpr std::array<std::string_view, 6> kLevels{"trace", "debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 2> kFormats{"json", "text"};
constexpr std::array<std::string_view, 4> kFhirVersions{"R4", "STU3", "DSTU2", "R5"};
constexpr std::array<std::string_view, 5> kProfiles{"generic", "epic", "oracle-health", "cds-hooks-1.0", "sandbox"};

std::filesystem::path path_in(std::filesystem::path const& folder, std::string const& text) {
  return (folder / text).lexically_normal();
}

ListenAddress listen_address(ConfigNode const& node) {
  auto address = ListenAddress::parse(node.text());
  if (!address) node.refuse("'" + address.error().where + "' " + address.error().detail);
  return *std::move(address);
}

/// http or https, a host, and no blanks.
std::string web_address(ConfigNode const& node) {
  std::string text = node.text();
  std::size_t const host = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  bool const blank = std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c <= ' '; });
  if (host == 0 || text.size() == host || text[host] == '/' || blank) {
    node.refuse("must be a URL that begins with https:// (or http://)");
  }
  return text;
}

/// An origin that may be called: what the outbound policy can read.
std::string outbound_address(ConfigNode const& node) {
  std::string text = web_address(node);
  if (auto address = fhir::parse_web_address(text); !address) node.refuse(address.error().detail);
  return text;
}

std::string network(ConfigNode const& node) {
  std::string text = node.text();
  if (auto read = fhir::OutboundPolicy::read({}, {text}); !read) node.refuse(read.error().detail);
  return text;
}

std::string origin(ConfigNode const& node) {
  if (node.text() == "*") return "*";
  std::string text = web_address(node);
  if (text.find_first_of("/?#", text.find("://") + 3) != std::string::npos) {
    node.refuse("an origin is scheme, host and port without a path or final slash, such as https://ehr.example.org");
  }
  return text;
}

certs::NamedCertificate read_certificate(ConfigNode const& node, std::filesystem::path const& folder) {
  Members const members = node.members(kCertificateKeys);
  if (members.size() < kCertificateKeys.size()) node.refuse("needs certificate and key, a file each");
  return {path_in(folder, members.at("certificate").text()), path_in(folder, members.at("key").text())};
}

TlsConfig read_tls(ConfigNode const& node, std::filesystem::path const& folder, TlsConfig tls) {
  Members const members = node.members(kTlsKeys);
  constexpr std::array<std::string_view, 2> kNullable{"client_ca", "outbound_ca"};
  no_nulls(members, kNullable);
  with(members, "certificate", [&](auto const& value) { tls.certificate = path_in(folder, value.text()); });
  with(members, "key", [&](auto const& value) { tls.key = path_in(folder, value.text()); });
  with(members, "certificates", [&](auto const& value) {
    for (ConfigNode const& item : value.items()) tls.certificates.push_back(read_certificate(item, folder));
  });
  with(members, "client_ca", [&](auto const& value) { tls.client_ca = path_in(folder, value.text()); });
  with(members, "outbound_ca", [&](auto const& value) { tls.outbound_ca = path_in(folder, value.text()); });
  with(members, "require_client_certificate", [&](auto const& value) {
    tls.require_client_certificate = value.boolean();
    if (tls.require_client_certificate && !tls.client_ca) value.refuse("needs tls.client_ca, the file of the CA");
  });
  return tls;
}

LogConfig read_log(ConfigNode const& node) {
  LogConfig log;
  Members const members = node.members(kLogKeys);
  no_nulls(members);
  with(members, "level", [&](auto const& value) { log.level = static_cast<server::LogLevel>(value.one_of(kLevels)); });
  with(members, "format",
       [&](auto const& value) { log.format = static_cast<server::LogFormat>(value.one_of(kFormats)); });
  return log;
}

ReviewConfig read_review(ConfigNode const& node, std::filesystem::path const& folder) {
  ReviewConfig review;
  Members const members = node.members(kReviewKeys);
  constexpr std::array<std::string_view, 4> kNullable{"issuer", "client_id", "client_secret_file", "token_file"};
  no_nulls(members, kNullable);
  with(members, "issuer", [&](auto const& value) { review.issuer = web_address(value); });
  with(members, "client_id", [&](auto const& value) { review.client_id = value.text(); });
  with(members, "client_secret_file",
       [&](auto const& value) { review.client_secret_file = path_in(folder, value.text()); });
  with(members, "token_file", [&](auto const& value) { review.token_file = path_in(folder, value.text()); });
  with(members, "viewer_roles", [&](auto const& value) { review.viewer_roles = value.texts(); });
  with(members, "reviewer_roles", [&](auto const& value) { review.reviewer_roles = value.texts(); });
  with(members, "private_networks", [&](auto const& value) {
    for (ConfigNode const& item : value.items()) review.private_networks.push_back(network(item));
  });
  with(members, "roles_claim", [&](auto const& value) { review.roles_claim = value.text(); });
  with(members, "session_minutes",
       [&](auto const& value) { review.session = std::chrono::minutes(value.integer(1, 1440)); });
  with(members, "auth", [&](auto const& value) {
    review.auth = static_cast<ReviewAuth>(value.one_of(kReviewAuths));
    if (review.auth == ReviewAuth::token && !review.token_file) value.refuse("token needs review.token_file");
    if (review.auth == ReviewAuth::oidc && (!review.issuer || !review.client_id)) {
      value.refuse("oidc needs review.issuer and review.client_id");
    }
  });
  return review;
}

TokensConfig read_tokens(ConfigNode const& node) {
  TokensConfig tokens;
  Members const members = node.members(kTokenKeys);
  no_nulls(members);
  auto const whole_seconds = [&members](char const* name, std::uint64_t least, std::uint64_t most, auto& into) {
    with(members, name, [&](auto const& value) { into = seconds(value.integer(least, most)); });
  };
  whole_seconds("clock_skew_seconds", 0, 300, tokens.clock_skew);
  whole_seconds("max_life_seconds", 30, 86400, tokens.max_life);
  with(members, "slow_checks", [&](auto const& v) { tokens.slow_checks = v.integer(1, 100'000); });
  with(members, "replay_entries", [&](auto const& v) { tokens.replay_entries = v.integer(1000, 100'000'000); });
  with(members, "keys_seconds", [&](auto const& v) { tokens.keys_time = v.seconds(kShortest, seconds(60)); });
  with(members, "keys_bytes", [&](auto const& v) { tokens.keys_bytes = v.integer(1024, 16777216); });
  whole_seconds("keys_refresh_seconds", 1, 86400, tokens.keys.refresh_after);
  whole_seconds("keys_expire_seconds", 1, 86400, tokens.keys.expire_after);
  whole_seconds("keys_stale_seconds", 1, 604800, tokens.keys.stale_limit);
  if (tokens.keys.refresh_after > tokens.keys.expire_after || tokens.keys.expire_after > tokens.keys.stale_limit) {
    node.refuse("keys_refresh_seconds, keys_expire_seconds and keys_stale_seconds must not decrease in this order");
  }
  return tokens;
}

std::vector<certs::Algorithm> algorithms(ConfigNode const& list) {
  std::vector<certs::Algorithm> found;
  for (ConfigNode const& item : list.items()) {
    auto const known = certs::parse_algorithm(item.text());
    if (!known) {
      item.refuse(
          "must be one of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512; none and HMAC are "
          "never accepted");
    }
    found.push_back(*known);
  }
  if (found.empty()) list.refuse("is empty; leave it out for ES384 and RS384");
  return found;
}

ClientConfig read_client(ConfigNode const& node, std::filesystem::path const& folder) {
  ClientConfig client;
  Members const members = node.members(kClientKeys);
  constexpr std::array<std::string_view, 4> kNullable{"issuer", "jwks_file", "subject", "fhir_version"};
  no_nulls(members, kNullable);
  if (!members.contains("name")) node.refuse("needs a name: it stands for the client in logs and decisions");
  with(members, "name", [&](auto const& value) { client.name = value.text(); });
  with(members, "issuer", [&](auto const& value) { client.issuer = value.text(); });
  with(members, "jku", [&](auto const& value) {
    for (ConfigNode const& item : value.items()) client.jku.push_back(outbound_address(item));
    for (std::string const& url : client.jku) {
      if (!url.starts_with("https://"))
        value.refuse("must be https: whoever can change the keys on their way is the EHR");
    }
  });
  with(members, "jwks_file", [&](auto const& value) { client.jwks_file = path_in(folder, value.text()); });
  with(members, "algorithms", [&](auto const& value) { client.algorithms = algorithms(value); });
  with(members, "subject", [&](auto const& value) { client.subject = value.text(); });
  with(members, "certificate", [&](auto const& value) { client.certificate = value.texts(); });
  with(members, "audiences", [&](auto const& value) { client.audiences = value.texts(); });
  with(members, "tenants", [&](auto const& value) { client.tenants = value.texts(); });
  with(members, "services", [&](auto const& value) { client.services = value.texts(); });
  with(members, "fhir_servers", [&](auto const& value) {
    for (ConfigNode const& item : value.items()) client.fhir_servers.push_back(outbound_address(item));
  });
  with(members, "private_networks", [&](auto const& value) {
    for (ConfigNode const& item : value.items()) client.private_networks.push_back(network(item));
  });
  with(members, "fhir_version", [&](auto const& v) { client.fhir_version = kFhirVersions[v.one_of(kFhirVersions)]; });
  with(members, "profile", [&](auto const& v) { client.profile = static_cast<ProfileName>(v.one_of(kProfiles)); });
  if (client.issuer && client.jku.empty() && !client.jwks_file) {
    node.refuse("has an issuer but no keys to check its tokens with; give jku or jwks_file");
  }
  return client;
}

std::vector<ClientConfig> read_clients(ConfigNode const& list, std::filesystem::path const& folder) {
  std::vector<ClientConfig> clients;
  for (ConfigNode const& item : list.items()) {
    ClientConfig client = read_client(item, folder);
    for (ClientConfig const& other : clients) {
      if (other.name == client.name) item.refuse("the name '" + client.name + "' is given to two clients");
      if (!other.issuer && !client.issuer) {
        item.refuse("'" + other.name + "' and '" + client.name + "' both have no issuer; one client may be anonymous");
      }
    }
    clients.push_back(std::move(client));
  }
  return clients;
}

/// The line of a key for a check that concerns several.
int line_of(Members const& members, char const* name) {
  auto const found = members.find(name);
  return found == members.end() ? 0 : found->second.line();
}

void cross_check(Config const& config, Members const& members) {
  if (config.review.auth != ReviewAuth::off && config.store.kind == StoreKind::none) {
    throw ConfigMistake(line_of(members, "review"),
                        "key review.auth: signed-in reviewers need a store for their sessions and the record of their "
                        "views; set store, or review.auth: off");
  }
  if (config.store.required && config.store.kind == StoreKind::none) {
    throw ConfigMistake(line_of(members, "store_required"),
                        "key store_required: true needs a store; set store, or leave it out");
  }
  for (ClientConfig const& client : config.clients) {
    if (!client.certificate.empty() && !config.tls.client_ca) {
      throw ConfigMistake(line_of(members, "clients"),
                          "key clients: '" + client.name + "' needs a client certificate, which needs tls.client_ca");
    }
  }
  for (ListenAddress const& address : config.listen) {
    int const line = line_of(members, "listen");
    if (!address.tls && !address.is_loopback() && !config.behind_proxy) {
      throw ConfigMistake(line, "key listen: " + address.text() +
                                    " would carry patient data unencrypted; use https://, a loopback address, or "
                                    "behind_proxy: true if a proxy in front of it ends TLS");
    }
    if (config.auth == AuthMode::off && !address.is_loopback()) {
      throw ConfigMistake(line_of(members, "auth"), "key auth: off is for loopback listeners only, and " +
                                                        address.text() +
                                                        " is reachable from elsewhere; use required, or listen on "
                                                        "127.0.0.1");
    }
    auto const same = std::count_if(config.listen.begin(), config.listen.end(), [&](ListenAddress const& other) {
      return address.port != 0 && other.port == address.port && other.host == address.host;
    });
    bool const admin = config.admin && config.admin->port != 0 && config.admin->port == address.port &&
                       config.admin->host == address.host;
    if (same > 1) throw ConfigMistake(line, "key listen: " + address.text() + " is given twice; remove one of them");
    if (admin) throw ConfigMistake(line, "key admin: has the port of " + address.text() + "; choose another");
  }
}

Config read_config(ConfigNode const& root, std::filesystem::path const& folder) {
  Config config;
  config.tls.certificate = path_in(folder, config.tls.certificate.string());
  config.tls.key = path_in(folder, config.tls.key.string());
  config.rules = path_in(folder, config.rules.string());
  config.store.target = path_in(folder, config.store.target).string();
  read_store_settings({}, folder, config.store);
  if (root.is_null()) return config;  // an empty file

  Members const members = root.members(kTopKeys);
  constexpr std::array<std::string_view, 1> kNullable{"admin"};
  no_nulls(members, kNullable);
  with(members, "listen", [&](auto const& value) {
    config.listen.clear();
    for (ConfigNode const& item : value.items()) config.listen.push_back(listen_address(item));
    if (config.listen.empty()) value.refuse("is empty; name at least one address, such as https://127.0.0.1:8443");
  });
  with(members, "behind_proxy", [&](auto const& value) { config.behind_proxy = value.boolean(); });
  with(members, "public_url", [&](auto const& value) { config.public_url = web_address(value); });
  if (members.contains("admin")) config.admin.reset();
  with(members, "admin", [&](auto const& value) { config.admin = listen_address(value); });
  with(members, "tls", [&](auto const& value) { config.tls = read_tls(value, folder, config.tls); });
  with(members, "auth", [&](auto const& value) { config.auth = static_cast<AuthMode>(value.one_of(kAuthModes)); });
  with(members, "rules", [&](auto const& value) { config.rules = path_in(folder, value.text()); });
  with(members, "store", [&](auto const& value) { config.store = read_store(value, folder); });
  read_store_settings(members, folder, config.store);
  with(members, "threads", [&](auto const& v) { config.threads = static_cast<unsigned>(v.integer(0, 256)); });
  with(members, "drain_seconds", [&](auto const& v) { config.drain = v.seconds(milliseconds(0), seconds(300)); });
  with(members, "cors", [&](auto const& value) {
    Members const cors = value.members(kCorsKeys);
    no_nulls(cors);
    with(cors, "origins", [&](auto const& list) {
      for (ConfigNode const& item : list.items()) config.cors_origins.push_back(origin(item));
    });
  });
  with(members, "gap_cards", [&](auto const& value) { config.gap_cards = value.boolean(); });
  with(members, "limits", [&](auto const& value) { config.limits = read_limits(value); });
  with(members, "log", [&](auto const& value) { config.log = read_log(value); });
  with(members, "review", [&](auto const& value) { config.review = read_review(value, folder); });
  with(members, "tokens", [&](auto const& value) { config.tokens = read_tokens(value); });
  with(members, "clients", [&](auto const& value) { config.clients = read_clients(value, folder); });
  cross_check(config, members);
  return config;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

bool Config::needs_tls() const {
  return (admin && admin->tls) ||
         std::any_of(listen.begin(), listen.end(), [](ListenAddress const& address) { return address.tls; });
}

bool Config::is_loopback_only() const {
  return std::all_of(listen.begin(), listen.end(), [](ListenAddress const& address) { return address.is_loopback(); });
}

ClientConfig const* Config::anonymous_client() const {
  auto const found =
      std::find_if(clients.begin(), clients.end(), [](ClientConfig const& client) { return !client.issuer; });
  return found == clients.end() ? nullptr : &*found;
}

base::Result<Config> parse_config(std::string_view text, std::filesystem::path const& file) {
  auto const refuse = [&file](int line, std::string const& problem) {
    std::string const where = line > 0 ? file.string() + ":" + std::to_string(line) : file.string();
    return fail(Errc::invalid_config, where, one_line(problem));
  };
  try {
    return read_config(ConfigNode::parse(text), file.parent_path());
  } catch (ConfigMistake const& mistake) {
    return refuse(mistake.line, mistake.what());
  }
}

base::Result<Config> load_config(std::filesystem::path const& file) {
  auto const text = base::read_regular_file(file.string());
  if (!text) {
    return fail(Errc::invalid_config, file.string(), text.error().detail + "; mend --config or IVIG_CDS_CONFIG");
  }
  return parse_config(*text, file);
}

}  // namespace ivig::app
