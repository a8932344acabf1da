#pragma once
// Who may call, ready for use: the `clients` of the configuration with their key files read.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "certs/trust_policy.h"
#include "fhir/outbound_policy.h"
#include "hooks/client_profile.h"
#include "hooks/gather_data.h"

namespace ivig::app {

/// What one client may do, and what it can take.
struct Client {
  std::string name = "anonymous";
  std::string issuer{};  ///< empty: callers without a token
  hooks::ClientProfile profile{};
  std::vector<std::string> services{"*"};
  hooks::FetchSettings fetch{};            ///< default: nobody is called for it
  std::vector<std::string> certificate{};  ///< names, one of which its TLS client certificate must have; empty: any

  [[nodiscard]] bool may_call(std::string_view service) const;
  /// Whether a connection whose client certificate has these names may speak for it. REQ TLS-04
  [[nodiscard]] bool accepts_certificate(std::vector<std::string> const& names) const;
};

/// All of them, immutable: swapped whole on reload. A call keeps the set that it began with.
class Clients {
 public:
  /// Reads the key files. Errors: invalid_config or io; `where` is the file, `detail` says why and how to mend it.
  [[nodiscard]] static base::Result<std::shared_ptr<Clients const>> load(Config const& config);

  [[nodiscard]] certs::TrustPolicy const& trust() const { return trust_; }
  /// By the index that the trust policy gives.
  [[nodiscard]] Client const& trusted(std::size_t index) const { return trusted_[index]; }
  /// What may be called to fetch the key set at `url`: that origin, and for its name the private networks of the
  /// clients that list it. Errors: forbidden when no client lists it.
  [[nodiscard]] base::Result<fhir::OutboundPolicy> key_policy(std::string const& url) const;
  /// The client of callers without a token.
  [[nodiscard]] Client const& anonymous() const { return anonymous_; }

 private:
  Clients(std::vector<ClientConfig> entries, std::vector<certs::TrustedClient> trust, std::vector<Client> trusted,
          Client anonymous)
      : entries_(std::move(entries)),
        trust_(std::move(trust)),
        trusted_(std::move(trusted)),
        anonymous_(std::move(anonymous)) {}

  std::vector<ClientConfig> entries_;
  certs::TrustPolicy trust_;
  std::vector<Client> trusted_;
  Client anonymous_;
};

using ClientsSlot = std::atomic<std::shared_ptr<Clients const>>;

}  // namespace ivig::app
