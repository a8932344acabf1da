#pragma once
// Why a token was refused. The caller is told none of it; the log and the counters are. REQ AUTH-05

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ivig::certs {

enum class TokenFault {
  no_token,          ///< no Authorization header
  not_bearer,        ///< another scheme, or several Authorization headers
  malformed,         ///< not three canonical base64url parts of JSON objects without repeated members
  algorithm,         ///< none, HMAC, unknown, or not allowed for this client
  header,            ///< typ, kid or crit is not as it must be
  unknown_issuer,    ///< no client has this iss (and this tenant, jku)
  jku_not_listed,    ///< the client's keys do not come from there; nothing was fetched
  keys_unavailable,  ///< the key set could not be had, and no copy of it is recent enough
  unknown_key,       ///< no key of that kid, after asking again
  key_mismatch,      ///< the key's type, curve, size or alg does not fit the token's algorithm
  bad_signature,
  claims,    ///< a claim is missing or of the wrong type
  audience,  ///< meant for another service
  expired,
  not_yet_valid,  ///< iat or nbf lies in the future
  too_long_lived,
  subject,          ///< sub is not the one pinned for the client
  tenant,           ///< not one of the client's tenants
  certificate,      ///< the connection has no client certificate with a name pinned for the client
  replayed,         ///< this (iss, jti) was accepted before
  replay_full,      ///< nothing more can be remembered: refused, because a replay could not be told
  too_many_checks,  ///< tokens.slow_checks signatures wait to be checked already
};
inline constexpr std::size_t kTokenFaults = 22;

/// "bad_signature": the reason in log lines and in the label of a counter.
[[nodiscard]] std::string_view fault_name(TokenFault fault);

/// `detail` says more for the log. INVARIANT: holds no part of a token but iss, kid, jti, tenant, cut to a short length
/// and without control characters. REQ JWT-21
struct Refused {
  TokenFault fault;
  std::string detail{};
};

template <class T>
using Checked = tl::expected<T, Refused>;

[[nodiscard]] inline tl::unexpected<Refused> refuse(TokenFault fault, std::string detail = {}) {
  return tl::unexpected<Refused>(Refused{fault, std::move(detail)});
}

/// What a client sent, fit for a log line: at most 120 bytes, other than printable ASCII replaced by '?'.
[[nodiscard]] std::string shown(std::string_view text);

/// Counts of verified and refused tokens. Any thread may count and read.
struct TokenCounters {
  std::atomic<std::uint64_t> accepted{0};
  std::array<std::atomic<std::uint64_t>, kTokenFaults> refused{};

  void count(TokenFault fault) { refused[static_cast<std::size_t>(fault)].fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t of(TokenFault fault) const {
    return refused[static_cast<std::size_t>(fault)].load(std::memory_order_relaxed);
  }
};

}  // namespace ivig::certs
