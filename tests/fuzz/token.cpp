// A client's token: as anybody may send it, and with header and claims of any content under a good signature.
// An input is a token in its compact form, or two lines of JSON, header and claims, which are signed here.

#include "certs/base64url.h"
#include "certs/jwt.h"
#include "certs/trust_policy.h"
#include "tests/fuzz/check.h"
#include "tests/support/tokens.h"

namespace {

using namespace ivig;
using fuzz::require;

constexpr char const* kIssuer = "https://ehr.example.org";
constexpr char const* kAudience = "https://cds.example.org/cds-services/ivig-order-sign";
constexpr base::Now kNow = std::chrono::sys_days(std::chrono::year{2026} / 11 / 24);

/// One client with a key, as the service knows it, and the key with which it signs.
struct Ehr {
  test::SigningKey key = test::SigningKey::ec("P-256");
  certs::KeySet keys = *certs::KeySet::parse(test::jwk_set({key.jwk("k1")}));
  certs::TrustPolicy policy{{{.name = "ehr",
                              .issuer = kIssuer,
                              .jku = {"https://ehr.example.org/keys"},
                              .token = {.algorithms = {certs::Algorithm::es256}, .tenants = {"north"}}}}};
};

void check_refusal(certs::Refused const& refused) {
  require(!certs::fault_name(refused.fault).empty(), "a refusal has a name");
  require(refused.detail.size() < 1000, "a refusal is short", refused.detail);
  for (char const c : refused.detail) require(c >= 0x20 && c < 0x7f, "a refusal is printable", refused.detail);
}

/// What `check` lets through is for us, of a known client, and neither expired nor of the future.
void check_principal(certs::Claims const& claims, certs::Principal const& principal) {
  certs::TokenPolicy const policy;
  auto const now = static_cast<double>(kNow.time_since_epoch().count());
  auto const skew = static_cast<double>(policy.skew.count());
  require(principal.issuer == claims.issuer() && principal.jti == claims.jti() && !principal.jti.empty(),
          "a principal is who the claims say", principal.issuer);
  require(principal.tenant == "north", "a principal has a tenant of its client", principal.tenant);
  require(claims.expires() + skew >= now && claims.issued() - skew <= now, "a principal's token is of today");
  require(claims.expires() - claims.issued() <= static_cast<double>(policy.max_life.count()), "no token lives long");
  require(principal.forget_after >= kNow, "a token is remembered until it expires");
}

void take(Ehr const& ehr, std::string_view compact, bool signed_here) {
  auto const jws = certs::Jws::parse(compact);
  if (!jws) return check_refusal(jws.error());
  require(compact.size() <= certs::Jws::kMaxBytes, "a token has a longest size");
  auto const claimed = ehr.policy.choose(jws->hint());
  if (!claimed) return check_refusal(claimed.error());
  require(!claimed->url || *claimed->url == "https://ehr.example.org/keys", "keys come from a listed place");
  auto const& client = ehr.policy.clients()[claimed->index];
  auto const claims = certs::Claims::verify(*jws, ehr.keys, client.token.algorithms);
  if (!claims) return check_refusal(claims.error());
  require(signed_here, "what nobody signed has no claims", compact);
  std::string const audience = kAudience;
  auto const principal = certs::check(*claims, client.token, {&audience, 1}, kNow);
  if (!principal) return check_refusal(principal.error());
  check_principal(*claims, *principal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Ehr const ehr{};
  std::string_view const text = fuzz::text_of(data, size);
  if (!text.starts_with('{')) {
    take(ehr, text, false);
    return 0;
  }
  auto const line = std::min(text.find('\n'), text.size());
  std::string const signing = certs::base64url_encode(text.substr(0, line)) + "." +
                              certs::base64url_encode(text.substr(std::min(line + 1, text.size())));
  take(ehr, signing + "." + certs::base64url_encode(ehr.key.sign("ES256", signing)), true);
  return 0;
}
