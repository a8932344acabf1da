#include "app/oidc.h"

#include <algorithm>
#include <utility>

#include "base/json_body.h"
#include "base/json_read.h"
#include "base/uuid.h"
#include "web/form.h"

// GCC 12 destroys some temporaries of a co_await expression twice: such expressions hold names, moves, literals and
// calls only (docs/architecture.md).

namespace ivig::app {

using base::Errc;
using base::fail;
using base::Result;
using base::string_member;
using boost::asio::awaitable;
using web::url_escaped;

namespace {

constexpr std::chrono::minutes kProviderKnown(60);  // then it is asked about itself again
constexpr std::size_t kRandomBytes = 32;

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// RFC 6749, section 2.3.1: both parts are escaped as in a form before they are joined.
std::string basic(OidcSettings const& settings) {
  return url_escaped(settings.client_id) + ":" + url_escaped(settings.secret);
}

base::Now now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

bool is_random(std::string_view text) {
  return text.size() == 2 * kRandomBytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

OidcAttempt OidcAttempt::begin(std::string to) {
  return {base::random_hex(kRandomBytes), base::random_hex(kRandomBytes), base::random_hex(kRandomBytes),
          std::move(to)};
}

std::string OidcAttempt::cookie() const { return state + "." + nonce + "." + verifier + "." + url_escaped(to); }

std::optional<OidcAttempt> OidcAttempt::from_cookie(std::string_view value) {
  OidcAttempt attempt;
  for (auto* part : {&attempt.state, &attempt.nonce, &attempt.verifier}) {
    auto const end = std::min(value.find('.'), value.size());
    *part = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    if (!is_random(*part)) return std::nullopt;
  }
  auto const to = web::read_form("to=" + std::string(value));
  if (!to) return std::nullopt;
  attempt.to = web::field(*to, "to");
  return attempt;
}

Result<std::unique_ptr<OidcSignIn>> OidcSignIn::make(OidcSettings settings, fhir::RestClient& client) {
  if (settings.roles.viewer.empty() && settings.roles.reviewer.empty()) {
    return fail(Errc::invalid_config, "review",
                "oidc lets nobody in without viewer_roles or reviewer_roles; name some");
  }
  auto issuer = fhir::OutboundPolicy::read({settings.issuer}, settings.private_networks);
  if (!issuer) return fail(Errc::invalid_config, "review.issuer", issuer.error().detail);
  return std::unique_ptr<OidcSignIn>(new OidcSignIn(std::move(settings), *std::move(issuer), client));
}

OidcSignIn::OidcSignIn(OidcSettings settings, fhir::OutboundPolicy issuer, fhir::RestClient& client)
    : settings_(std::move(settings)),
      issuer_(std::move(issuer)),
      client_(client),
      keys_([this](std::string url) { return fetch_keys(std::move(url)); }, {}, {}) {}

Result<std::shared_ptr<OidcSignIn::Provider const>> OidcSignIn::read_provider(std::string text) const {
  auto const body = base::JsonBody::parse(std::move(text), {});
  if (!body) return fail(Errc::unavailable, "review.issuer", "its configuration is no JSON");
  base::Json const& root = (*body)->root();
  // Else one provider could pass for another.
  if (string_member(root, "issuer") != settings_.issuer) {
    return fail(Errc::unavailable, "review.issuer", "the provider says that its issuer is another one, to the letter");
  }
  auto provider = std::make_shared<Provider>();
  provider->authorization = string_member(root, "authorization_endpoint");
  provider->token = string_member(root, "token_endpoint");
  provider->jwks = string_member(root, "jwks_uri");
  bool in_form = false, in_header = base::member(root, "token_endpoint_auth_methods_supported") == nullptr;
  base::each(root, "token_endpoint_auth_methods_supported", [&](base::Json const& method, std::size_t) {
    in_form = in_form || base::as_string(method) == "client_secret_post";
    in_header = in_header || base::as_string(method) == "client_secret_basic";
  });
  provider->secret_in_form = in_form && !in_header;
  bool const https = settings_.issuer.starts_with("https://");
  for (auto const& url : {provider->authorization, provider->token, provider->jwks}) {
    if (url.empty() || (https && !url.starts_with("https://")))
      return fail(Errc::unavailable, "review.issuer", "the provider's addresses are not all there, or not all https");
  }
  auto allowed = fhir::OutboundPolicy::read({provider->token, provider->jwks}, settings_.private_networks);
  if (!allowed) return fail(Errc::unavailable, "review.issuer", "the provider's addresses cannot be called");
  provider->allowed = *std::move(allowed);
  provider->read = std::chrono::steady_clock::now();
  return provider;
}

awaitable<Result<std::shared_ptr<OidcSignIn::Provider const>>> OidcSignIn::provider() const {
  {
    std::lock_guard const lock(mutex_);
    if (known_ && std::chrono::steady_clock::now() - known_->read < kProviderKnown) co_return known_;
  }
  fhir::GetRequest request;
  request.url = without_slash(settings_.issuer) + "/.well-known/openid-configuration";
  request.accept = "application/json";
  request.max_bytes = settings_.bytes;
  request.by = deadline();
  auto answer = co_await client_.get(issuer_, std::move(request));
  if (!answer) co_return fail(Errc::unavailable, "review.issuer", answer.error().detail);
  if (answer->status != 200) {
    co_return fail(Errc::unavailable, "review.issuer",
                   "its configuration is answered " + std::to_string(answer->status));
  }
  auto found = read_provider(std::move(answer->body));
  if (found) {
    std::lock_guard const lock(mutex_);
    known_ = *found;
  }
  co_return found;
}

awaitable<Result<std::string>> OidcSignIn::fetch_keys(std::string url) const {
  auto const provider = co_await this->provider();
  if (!provider) co_return tl::unexpected(provider.error());
  fhir::GetRequest request;
  request.url = std::move(url);
  request.accept = "application/jwk-set+json, application/json";
  request.max_bytes = settings_.bytes;
  request.by = deadline();
  auto answer = co_await client_.get((*provider)->allowed, std::move(request));
  if (!answer) co_return tl::unexpected(answer.error());
  if (answer->status != 200) co_return fail(Errc::unavailable, "review.issuer", "its keys are not given");
  co_return std::move(answer->body);
}

awaitable<Result<std::string>> OidcSignIn::authorization_url(OidcAttempt attempt) const {
  auto const provider = co_await this->provider();
  if (!provider) co_return tl::unexpected(provider.error());
  std::string url = (*provider)->authorization;
  url += url.find('?') == std::string::npos ? '?' : '&';
  std::string const challenge = certs::pkce_challenge(attempt.verifier);
  for (auto const& [name, value] : {std::pair<std::string_view, std::string_view>{"response_type", "code"},
                                    {"client_id", settings_.client_id},
                                    {"redirect_uri", settings_.redirect_url},
                                    {"scope", "openid profile"},
                                    {"state", attempt.state},
                                    {"nonce", attempt.nonce},
                                    {"code_challenge", challenge},
                                    {"code_challenge_method", "S256"}}) {
    url.append(name).append("=").append(url_escaped(value)).append("&");
  }
  url.pop_back();
  co_return url;
}

awaitable<Result<std::string>> OidcSignIn::id_token(std::shared_ptr<Provider const> provider, std::string code,
                                                    std::string verifier) const {
  fhir::FormRequest request;
  request.url = provider->token;
  request.accept = "application/json";
  request.max_bytes = settings_.bytes;
  request.by = deadline();
  request.form = "grant_type=authorization_code&code=" + url_escaped(code) +
                 "&redirect_uri=" + url_escaped(settings_.redirect_url) + "&code_verifier=" + url_escaped(verifier);
  if (settings_.secret.empty() || provider->secret_in_form)
    request.form += "&client_id=" + url_escaped(settings_.client_id);
  if (!settings_.secret.empty() && provider->secret_in_form) {
    request.form += "&client_secret=" + url_escaped(settings_.secret);
  } else if (!settings_.secret.empty()) {
    request.basic = basic(settings_);
  }
  auto answer = co_await client_.post_form(provider->allowed, std::move(request));
  if (!answer) co_return fail(Errc::unavailable, "review.issuer", answer.error().detail);
  auto const body = base::JsonBody::parse(std::move(answer->body), {});
  if (answer->status != 200 || !body) {
    std::string const reason = body ? std::string(string_member((*body)->root(), "error")) : std::string();
    co_return fail(Errc::unauthenticated, "review.issuer",
                   "the code is answered " + std::to_string(answer->status) + " " + certs::shown(reason));
  }
  std::string token(string_member((*body)->root(), "id_token"));
  if (token.empty()) co_return fail(Errc::unauthenticated, "review.issuer", "there is no ID token");
  co_return token;
}

awaitable<Result<SignedIn>> OidcSignIn::redeem(std::string code, OidcAttempt attempt) const {
  auto const provider = co_await this->provider();
  if (!provider) co_return tl::unexpected(provider.error());
  auto const& known = *provider;
  std::string verifier = attempt.verifier;
  auto const token = co_await id_token(known, std::move(code), std::move(verifier));
  if (!token) co_return tl::unexpected(token.error());
  auto const jws = certs::Jws::parse(*token);
  if (!jws) co_return fail(Errc::unauthenticated, "ID token", std::string(certs::fault_name(jws.error().fault)));
  std::string jwks = known->jwks, kid = jws->kid();
  auto const keys = co_await keys_.keys(std::move(jwks), std::move(kid), now());
  if (!keys) co_return fail(Errc::unavailable, "review.issuer", "keys: " + keys.error().detail);
  certs::IdTokenPolicy policy;
  policy.issuer = settings_.issuer;
  policy.client_id = settings_.client_id;
  policy.nonce = attempt.nonce;
  policy.roles_claim = settings_.roles_claim;
  policy.skew = settings_.skew;
  auto const said = certs::verify_id_token(*token, **keys, policy, now());
  if (!said) {
    co_return fail(Errc::unauthenticated, "ID token",
                   std::string(certs::fault_name(said.error().fault)) + " " + said.error().detail);
  }
  auto const role = settings_.roles.role_of(said->roles);
  if (!role) co_return fail(Errc::forbidden, "ID token", "no role of viewer_roles or reviewer_roles");
  co_return SignedIn{{"oidc:" + said->subject, said->name}, *role};
}

}  // namespace ivig::app
