#pragma once
// The configuration: one YAML file, every key with its default. docs/operating.md explains each key.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "certs/jose.h"
#include "certs/key_cache.h"
#include "certs/tls_server.h"
#include "fhir/read_limits.h"
#include "server/limits.h"
#include "server/listen_address.h"
#include "server/log.h"

namespace ivig::app {

enum class AuthMode { required, optional, off };
enum class StoreKind { none, sqlite, postgresql };
enum class ReviewAuth { off, token, oidc };
enum class ProfileName { generic, epic, oracle_health, cds_hooks_1_0, sandbox };

/// `tls`: read only when a listener is https.
struct TlsConfig {
  std::filesystem::path certificate = "certs/dev/server.pem";
  std::filesystem::path key = "certs/dev/server.key";
  std::optional<std::filesystem::path> client_ca;
  bool require_client_certificate = false;
  std::vector<certs::NamedCertificate> certificates;  ///< beside the first, chosen by server name
  std::optional<std::filesystem::path> outbound_ca;   ///< trusted beside the system's CAs for calls that we make
};

/// `store`: "none", "sqlite:FILE" or "postgresql://...".
struct StoreConfig {
  StoreKind kind = StoreKind::sqlite;
  std::string target = "ivig-cds.db";             ///< the database file (":memory:" too), or the whole postgresql URL
  bool plain_references = false;                  ///< store_references: plain; false: hashed with the key
  std::filesystem::path key = "ivig-cds.db.key";  ///< store_key; made at the first start
  std::filesystem::path spool = "ivig-cds.db.spool";  ///< store_spool: a folder, best on another volume
  std::uint64_t spool_bytes = 268435456;
  std::uint64_t memory_bytes = 67108864;  ///< store_memory_bytes: of records when the spool is full too
  std::chrono::milliseconds wait{1000};   ///< store_wait_seconds: a record that takes longer is spooled
  bool required = false;                  ///< store_required: an answer whose record is not on disk becomes 503
  unsigned keep_days = 0;                 ///< store_keep_days: older decisions are removed; 0 = never
};

/// `limits`; those of the HTTP layer are in `http`.
struct LimitsConfig {
  server::Limits http;
  unsigned json_depth = 64;
  std::uint32_t requests_per_second = 0;                          ///< per client; 0 = no limit
  std::chrono::milliseconds fhir_time = std::chrono::seconds(3);  ///< limits.fhir_seconds: all fetches of one call
  std::size_t fhir_response_bytes = 16777216;
  unsigned fhir_pages = 10;
  std::size_t form_bytes = 65536;        ///< limits.form_bytes: longest form of the console
  std::size_t feedback_bytes = 1048576;  ///< limits.feedback_bytes: longest body of a feedback call
  std::size_t feedback_entries = 1000;   ///< limits.feedback_entries: most entries of one
  fhir::ReadLimits read;                 ///< how much of a call is read, from `orders` to `call_text_bytes`
  std::size_t cards = 20;                ///< of one answer
};

struct LogConfig {
  server::LogLevel level = server::LogLevel::info;
  server::LogFormat format = server::LogFormat::json;
};

/// `review`: who may see the reviewers' console and the decisions.
struct ReviewConfig {
  ReviewAuth auth = ReviewAuth::off;  ///< off: served on loopback listeners only
  std::optional<std::string> issuer;
  std::optional<std::string> client_id;
  std::optional<std::filesystem::path> client_secret_file;
  std::optional<std::filesystem::path> token_file;
  std::vector<std::string> viewer_roles;
  std::vector<std::string> reviewer_roles;
  std::vector<std::string> private_networks;  ///< CIDR ranges that the provider's names may lead to
  std::string roles_claim = "roles";          ///< member of the ID token that holds roles; a dot leads inwards
  std::chrono::seconds session{8 * 3600};     ///< session_minutes: then one has to sign in again
};

/// `tokens`: what holds for the tokens of every client, and for the key sets behind them.
struct TokensConfig {
  std::chrono::seconds clock_skew{60};
  std::chrono::seconds max_life{3600};        ///< of one token: exp less iat
  std::size_t replay_entries = 1'000'000;     ///< tokens remembered until they expire; full: tokens are refused
  certs::KeyCachePolicy keys;                 ///< keys_refresh_seconds, keys_expire_seconds, keys_stale_seconds
  std::chrono::milliseconds keys_time{3000};  ///< tokens.keys_seconds: for one fetch of a key set
  std::size_t keys_bytes = 262144;            ///< longest key set
  std::size_t slow_checks = 256;              ///< signatures of slow algorithms that wait or are checked at once
};

/// One entry of `clients`.
struct ClientConfig {
  std::string name;
  std::optional<std::string> issuer;  ///< nullopt: the anonymous client
  std::vector<std::string> jku;
  std::optional<std::filesystem::path> jwks_file;
  std::vector<certs::Algorithm> algorithms{certs::Algorithm::es384, certs::Algorithm::rs384};
  std::optional<std::string> subject;  ///< the `sub` that its tokens must have
  std::vector<std::string>
      certificate;  ///< names, one of which its TLS client certificate must have; empty = none asked
  std::vector<std::string> audiences;
  std::vector<std::string> tenants;  ///< empty = any
  std::vector<std::string> services{"*"};
  std::vector<std::string> fhir_servers;      ///< the only origins that are ever called for this client
  std::vector<std::string> private_networks;  ///< CIDR ranges that their names may lead to
  std::optional<std::string> fhir_version;    ///< R4, STU3, DSTU2 or R5; nullopt = detect
  ProfileName profile = ProfileName::generic;
};

struct Config {
  std::vector<server::ListenAddress> listen{{true, "127.0.0.1", 8443}};
  bool behind_proxy = false;
  std::string public_url = "https://127.0.0.1:8443";
  std::optional<server::ListenAddress> admin = server::ListenAddress{false, "127.0.0.1", 9464};  ///< null: none
  TlsConfig tls;
  AuthMode auth = AuthMode::required;
  std::filesystem::path rules = "rules";
  StoreConfig store;
  unsigned threads = 0;                ///< 0 = one per core
  std::chrono::milliseconds drain{0};  ///< drain_seconds: between SIGTERM and the end; /readyz says 503 meanwhile
  std::vector<std::string> cors_origins;
  bool gap_cards = true;
  LimitsConfig limits;
  LogConfig log;
  ReviewConfig review;
  TokensConfig tokens;
  std::vector<ClientConfig> clients;

  /// Whether any listener, the admin listener included, is https, so that the files of `tls` are needed.
  [[nodiscard]] bool needs_tls() const;
  /// Whether all service listeners are reachable from this machine only.
  [[nodiscard]] bool is_loopback_only() const;
  /// The client of callers without a token: the one without issuer, or nullptr.
  [[nodiscard]] ClientConfig const* anonymous_client() const;
};

/// Reads a configuration file; without one, a default-constructed Config is the configuration. Paths in it become
/// relative to the file's folder. Files that it names are not opened here.
/// Errors: invalid_config; `where` is "file:line" (or the file, if it cannot be read), `detail` is one line with key
/// and fix. Unknown and repeated keys, wrong types and values out of range are errors.
[[nodiscard]] base::Result<Config> load_config(std::filesystem::path const& file);

/// As load_config, from text. `file` is named in errors, and its folder is where relative paths start.
[[nodiscard]] base::Result<Config> parse_config(std::string_view text, std::filesystem::path const& file);

}  // namespace ivig::app
