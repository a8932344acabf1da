#pragma once
// Names to addresses, without holding up whoever does not ask for that name.

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "base/asio.h"
#include "base/delivery.h"

namespace ivig::fhir {

/// Answers are kept for half a minute, failures for two seconds. Each name is looked up by one thread at a time, and
/// names come from the configuration: a name server that hangs costs as many threads as there are configured hosts.
class NameLookup {
 public:
  using Addresses = std::vector<boost::asio::ip::address>;

  NameLookup();

  /// The addresses of `host`, in the system's order; a literal address is its own. Errors: unavailable, timeout.
  [[nodiscard]] boost::asio::awaitable<base::Result<Addresses>> find(std::string host, base::Deadline by);

 private:
  struct State;
  static void look_up(std::shared_ptr<State> const& state, std::string const& host);
  std::shared_ptr<State> state_;  // shared with the look-up threads, which may end after this object
};

}  // namespace ivig::fhir
