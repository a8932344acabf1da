// Nothing that a token says can be read before its signature was verified, nor acted on before it was checked.
#include "certs/jwt.h"

namespace ivig::certs {

#ifdef MUST_NOT_COMPILE
// error: 'const class ivig::certs::Jws' has no member named 'issuer'
std::string issuer(Jws const& token) { return token.issuer(); }
// error: 'const class ivig::certs::Jws' has no member named 'subject'
std::optional<std::string> subject(Jws const& token) { return token.subject(); }
// error: ivig::certs::Jws::claims_' is private within this context
bool has_claims(Jws const& token) { return token.claims_ != nullptr; }
// error: ivig::certs::Jws::Jws()' is private within this context
Jws unparsed() { return Jws(); }
// error: ivig::certs::Claims::Claims()' is private within this context
Claims without_token() { return Claims(); }
// error: no matching function for call to 'ivig::certs::Claims::Claims(const ivig::certs::Jws&)'
Claims without_signature(Jws const& token) { return Claims(token); }
// error: ivig::certs::Claims::issuer_' is private within this context
void forge(Claims& claims) { claims.issuer_ = "https://ehr.example"; }
// error: has no member named 'issuer'
std::string issuer(Checked<Claims> const& claims) { return claims.issuer(); }
// error: invalid initialization of reference of type 'const ivig::certs::Claims&'
Checked<Principal> caller(Jws const& token, TokenPolicy const& policy, base::Now now) {
  return check(token, policy, {}, now);
}
// error: from 'const ivig::certs::Claims' to 'ivig::certs::Principal'
Principal unchecked(Claims const& claims) { return claims; }
// error: ignoring return value of
void let_in(Claims const& claims, TokenPolicy const& policy, base::Now now) { check(claims, policy, {}, now); }
// error: ignoring return value of
void take(Jws const& token, KeySet const& keys) { Claims::verify(token, keys, {}); }
// error: is private within this context
JoseKey key(std::shared_ptr<void> const& object) { return JoseKey(object); }
#else
std::string issuer(Jws const& token) { return token.hint().issuer; }
Checked<Jws> parsed(std::string_view compact) { return Jws::parse(compact); }
std::string issuer(Claims const& claims) { return claims.issuer(); }
std::string issuer(Checked<Claims> const& claims) { return claims ? claims->issuer() : std::string(); }
Checked<Principal> caller(Jws const& token, KeySet const& keys, TokenPolicy const& policy, base::Now now) {
  auto const claims = Claims::verify(token, keys, policy.algorithms);
  if (!claims) return tl::unexpected(claims.error());
  return check(*claims, policy, {}, now);
}
base::Result<JoseKey> key(std::string const& jwk) { return JoseKey::import(jwk); }
#endif

}  // namespace ivig::certs
