#include "certs/token_fault.h"

#include <algorithm>

namespace ivig::certs {

std::string_view fault_name(TokenFault fault) {
  constexpr std::array<std::string_view, kTokenFaults> kNames{
      "no_token",       "not_bearer",       "malformed",     "algorithm",      "header",        "unknown_issuer",
      "jku_not_listed", "keys_unavailable", "unknown_key",   "key_mismatch",   "bad_signature", "claims",
      "audience",       "expired",          "not_yet_valid", "too_long_lived", "subject",       "tenant",
      "certificate",    "replayed",         "replay_full",   "too_many_checks"};
  return kNames[static_cast<std::size_t>(fault)];
}

std::string shown(std::string_view text) {
  std::string plain(text.substr(0, 120));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return plain;
}

}  // namespace ivig::certs
