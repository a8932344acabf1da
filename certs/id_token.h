#pragma once
// The ID token that an OpenID provider gives when somebody has signed in (OpenID Connect Core 1.0, section 3.1.3.7),
// and the proof that the one who asked for it is the one who fetches it (PKCE, RFC 7636).

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "certs/jwks.h"
#include "certs/jwt.h"

namespace ivig::certs {

/// What an ID token must say.
struct IdTokenPolicy {
  std::string issuer;     ///< compared byte for byte
  std::string client_id;  ///< one of its audiences; its azp where it has one
  std::string nonce;      ///< as it was sent with the request
  /// Member that holds names of roles or groups, a string or an array of strings; a dot leads into an object.
  std::string roles_claim = "roles";
  std::chrono::seconds skew{60};
  std::chrono::seconds max_age{600};  ///< since it was issued
};

/// Who has signed in.
struct IdToken {
  std::string subject;
  std::string name;  ///< name, else preferred_username, else email, else the subject
  std::vector<std::string> roles;
};

/// Verifies the signature of a token in its compact form, then its claims. Any algorithm of certs::Algorithm is taken:
/// the keys are the provider's. Refused: as Jws::parse, unknown_key, key_mismatch, bad_signature, unknown_issuer,
/// audience, expired, not_yet_valid, too_long_lived (issued too long ago), claims (also for another nonce).
[[nodiscard]] Checked<IdToken> verify_id_token(std::string_view compact, KeySet const& keys,
                                               IdTokenPolicy const& policy, base::Now now);

/// The code_challenge of a code_verifier by method S256.
[[nodiscard]] std::string pkce_challenge(std::string_view verifier);

}  // namespace ivig::certs
