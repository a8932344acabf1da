#pragma once
// Fetches the key sets of clients: the function that certs::KeyCache is given.

#include <string>

#include "app/clients.h"
#include "fhir/rest_client.h"

namespace ivig::app {

/// Holds no state of its own; the references must outlive it.
class KeyFetcher {
 public:
  KeyFetcher(fhir::RestClient& rest, ClientsSlot const& clients, TokensConfig const& limits)
      : rest_(rest), clients_(clients), limits_(limits) {}

  /// The text at `url`, which must be a `jku` of some client in force; at most tokens.keys_bytes, within
  /// tokens.keys_seconds, no redirects, no private addresses but those the client's private_networks allow. REQ JWT-16
  /// Errors: those of RestClient::get, and unavailable for a status other than 200.
  [[nodiscard]] boost::asio::awaitable<base::Result<std::string>> fetch(std::string url) const;

 private:
  fhir::RestClient& rest_;
  ClientsSlot const& clients_;
  TokensConfig const& limits_;
};

}  // namespace ivig::app
