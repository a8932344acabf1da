#include "fhir/name_lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace ivig::fhir {

namespace ip = boost::asio::ip;
using base::Errc;
using base::fail;
using std::chrono::steady_clock;
using Addresses = NameLookup::Addresses;
using Waiting = std::shared_ptr<base::Delivery<Addresses>>;

struct NameLookup::State {
  struct Entry {
    base::Result<Addresses> answer = Addresses{};
    steady_clock::time_point fresh_until{};
    std::vector<Waiting> waiting;  // while a thread looks it up
  };
  std::mutex mutex;
  std::map<std::string, Entry> entries;
};

namespace {

constexpr std::chrono::seconds kKeptGood(30);
constexpr std::chrono::seconds kKeptBad(2);

base::Result<Addresses> ask_system(std::string const& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) {
    return fail(Errc::unavailable, host, "the name leads to no address");
  }
  Addresses addresses;
  for (addrinfo const* item = list; item != nullptr; item = item->ai_next) {
    if (item->ai_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, item->ai_addr, sizeof v4);
      addresses.emplace_back(ip::address_v4(ntohl(v4.sin_addr.s_addr)));
    } else if (item->ai_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, item->ai_addr, sizeof v6);
      ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      addresses.emplace_back(ip::address_v6(bytes, v6.sin6_scope_id));
    }
  }
  ::freeaddrinfo(list);
  return addresses;
}

}  // namespace

/// On a thread of its own.
void NameLookup::look_up(std::shared_ptr<State> const& state, std::string const& host) {
  base::Result<Addresses> const answer = ask_system(host);
  std::vector<Waiting> waiting;
  {
    std::lock_guard const done(state->mutex);
    State::Entry& known = state->entries[host];
    known.answer = answer;
    known.fresh_until = steady_clock::now() + (answer ? kKeptGood : kKeptBad);
    waiting.swap(known.waiting);
  }
  for (Waiting const& one : waiting) one->deliver(answer);
}

NameLookup::NameLookup() : state_(std::make_shared<State>()) {}

boost::asio::awaitable<base::Result<Addresses>> NameLookup::find(std::string host, base::Deadline by) {
  boost::system::error_code no_literal;
  auto const literal = ip::make_address(host, no_literal);
  if (!no_literal) co_return Addresses{literal};

  auto delivery = std::make_shared<base::Delivery<Addresses>>();
  {
    std::lock_guard const lock(state_->mutex);
    State::Entry& entry = state_->entries[host];
    if (steady_clock::now() < entry.fresh_until) co_return entry.answer;
    entry.waiting.push_back(delivery);
    if (entry.waiting.size() == 1) {
      try {
        std::thread(look_up, state_, host).detach();  // getaddrinfo cannot be called off, and may outlast our patience
      } catch (std::system_error const&) {
        entry.waiting.pop_back();
        co_return fail(Errc::unavailable, host, "no thread is left to look the name up");
      }
    }
  }
  auto answer = co_await base::Delivery<Addresses>::wait(delivery, by);
  co_return answer;
}

}  // namespace ivig::fhir
