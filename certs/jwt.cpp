#include "certs/jwt.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/json_body.h"
#include "base/json_read.h"
#include "certs/base64url.h"

namespace ivig::certs {
namespace {

using base::Json;

constexpr double kMostSeconds = 1e11;  // the year 5138; beyond it a time is a mistake

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Whether no object within `value` has a member twice: two readers of such a token could see two tokens. REQ JWT-19
bool has_unique_members(Json const& value) {
  if (value.IsArray()) {
    for (Json const& item : value.GetArray()) {
      if (!has_unique_members(item)) return false;
    }
  }
  if (!value.IsObject()) return true;
  std::vector<std::string_view> names;
  for (auto const& member : value.GetObject()) {
    names.push_back(base::as_string(member.name));
    if (!has_unique_members(member.value)) return false;
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

using Body = std::unique_ptr<base::JsonBody>;

/// A JSON object from one part of a token.
Checked<Body> object_of(std::string bytes, std::string_view part) {
  std::size_t const size = bytes.size();
  auto body = base::JsonBody::parse(std::move(bytes), {size, 16});
  if (!body || !(*body)->root().IsObject() || !has_unique_members((*body)->root())) {
    return refuse(TokenFault::malformed, std::string(part) + " is no JSON object, or has a member twice");
  }
  return *std::move(body);
}

std::optional<std::array<std::string_view, 3>> three_parts(std::string_view compact) {
  std::size_t const first = compact.find('.');
  std::size_t const second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos) return {};
  return std::array{compact.substr(0, first), compact.substr(first + 1, second - first - 1),
                    compact.substr(second + 1)};
}

/// A member that must be a string if it is there; null counts as absent.
Checked<std::optional<std::string>> text(Json const& object, char const* name, TokenFault fault) {
  Json const* const value = base::member(object, name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->IsString()) return refuse(fault, std::string(name) + " is no string");
  return std::optional<std::string>(base::as_string(*value));
}

Checked<std::optional<double>> seconds(Json const& claims, char const* name) {
  Json const* const value = base::member(claims, name);
  if (value == nullptr) return std::optional<double>();
  if (!value->IsNumber()) return refuse(TokenFault::claims, std::string(name) + " is no number");
  double const number = value->GetDouble();
  if (!std::isfinite(number) || number < 0 || number > kMostSeconds) {
    return refuse(TokenFault::claims, std::string(name) + " is no time");
  }
  return std::optional<double>(number);
}

Checked<std::vector<std::string>> audience(Json const& claims) {
  Json const* const value = base::member_or_null(claims, "aud");
  std::vector<std::string> audiences;
  bool good = value != nullptr && (value->IsString() || value->IsArray());
  if (good && value->IsString()) audiences.emplace_back(base::as_string(*value));
  if (good && value->IsArray()) {
    for (Json const& item : value->GetArray()) {
      good = good && item.IsString();
      audiences.emplace_back(base::as_string(item));
    }
  }
  if (!good || audiences.empty()) return refuse(TokenFault::claims, "aud is no string and no array of strings");
  return audiences;
}

std::string quoted(std::string_view text) { return "'" + shown(text) + "'"; }

}  // namespace

Checked<Jws> Jws::parse(std::string_view compact) {
  if (compact.size() > kMaxBytes) return refuse(TokenFault::malformed, "longer than a token may be");
  auto const parts = three_parts(compact);
  if (!parts) return refuse(TokenFault::malformed, "not three parts");
  auto header_bytes = base64url_decode((*parts)[0]);
  auto payload = base64url_decode((*parts)[1]);
  if (!header_bytes || !payload || !base64url_decode((*parts)[2])) {
    return refuse(TokenFault::malformed, "a part is no canonical base64url");
  }
  auto header = object_of(*std::move(header_bytes), "the header");
  if (!header) return tl::unexpected(std::move(header).error());
  Json const& members = (*header)->root();

  auto const algorithm = text(members, "alg", TokenFault::algorithm);
  if (!algorithm) return tl::unexpected(algorithm.error());
  auto const known = parse_algorithm(algorithm->value_or(""));
  if (!known) return refuse(TokenFault::algorithm, "alg " + quoted(algorithm->value_or("")));
  auto kid = text(members, "kid", TokenFault::header);
  auto typ = text(members, "typ", TokenFault::header);
  auto jku = text(members, "jku", TokenFault::header);
  for (auto const* member : {&kid, &typ, &jku}) {
    if (!*member) return tl::unexpected(member->error());
  }
  if (kid->value_or("").empty()) return refuse(TokenFault::header, "no kid");
  if (!equal_without_case(typ->value_or("JWT"), "JWT")) return refuse(TokenFault::header, "typ " + quoted(**typ));
  // No extension is understood here, so that none may be demanded (RFC 7515 section 4.1.11).
  if (base::member_or_null(members, "crit") != nullptr) return refuse(TokenFault::header, "crit is not understood");

  auto claims = object_of(*std::move(payload), "the payload");
  if (!claims) return tl::unexpected(std::move(claims).error());
  auto issuer = text((*claims)->root(), "iss", TokenFault::claims);
  if (!issuer) return tl::unexpected(issuer.error());
  if (issuer->value_or("").empty()) return refuse(TokenFault::claims, "no iss");

  Jws jws;
  jws.compact_ = compact;
  jws.algorithm_ = *known;
  jws.kid_ = **std::move(kid);
  jws.hint_ = {**std::move(issuer), std::string(base::string_member((*claims)->root(), "tenant")), *std::move(jku)};
  jws.claims_ = *std::move(claims);
  return jws;
}

Checked<Claims> Claims::verify(Jws const& jws, KeySet const& keys, std::span<Algorithm const> allowed) {
  if (std::find(allowed.begin(), allowed.end(), jws.algorithm()) == allowed.end()) {
    return refuse(TokenFault::algorithm, std::string(algorithm_name(jws.algorithm())) + " is not allowed here");
  }
  auto const key = keys.find(jws.kid(), jws.algorithm());
  if (!key) return tl::unexpected(key.error());
  if (!signature_holds(jws.compact_, jws.algorithm_, *key))
    return refuse(TokenFault::bad_signature, "kid " + quoted(jws.kid()));

  Json const& members = jws.claims_->root();
  auto audiences = audience(members);
  if (!audiences) return tl::unexpected(std::move(audiences).error());
  auto jti = text(members, "jti", TokenFault::claims);
  auto subject = text(members, "sub", TokenFault::claims);
  auto tenant = text(members, "tenant", TokenFault::claims);
  for (auto const* member : {&jti, &subject, &tenant}) {
    if (!*member) return tl::unexpected(member->error());
  }
  if (jti->value_or("").empty()) return refuse(TokenFault::claims, "no jti");
  auto const expires = seconds(members, "exp");
  auto const issued = seconds(members, "iat");
  auto const not_before = seconds(members, "nbf");
  for (auto const* time : {&expires, &issued, &not_before}) {
    if (!*time) return tl::unexpected(time->error());
  }
  if (!*expires) return refuse(TokenFault::claims, "no exp");
  if (!*issued) return refuse(TokenFault::claims, "no iat");

  Claims claims;
  claims.issuer_ = jws.hint().issuer;
  claims.jti_ = **std::move(jti);
  claims.tenant_ = tenant->value_or("");
  claims.audiences_ = *std::move(audiences);
  claims.subject_ = *std::move(subject);
  claims.expires_ = **expires;
  claims.issued_ = **issued;
  claims.not_before_ = *not_before;
  return claims;
}

Checked<Principal> check(Claims const& claims, TokenPolicy const& policy, std::span<std::string const> audiences,
                         base::Now now) {
  auto const is_ours = [&audiences](std::string const& named) {
    return std::find(audiences.begin(), audiences.end(), named) != audiences.end();
  };
  if (std::none_of(claims.audiences().begin(), claims.audiences().end(), is_ours)) {
    return refuse(TokenFault::audience, "aud " + quoted(claims.audiences().front()));
  }
  auto const time = static_cast<double>(now.time_since_epoch().count());
  auto const skew = static_cast<double>(policy.skew.count());
  if (claims.expires() + skew <= time) return refuse(TokenFault::expired);
  if (claims.issued() > time + skew) return refuse(TokenFault::not_yet_valid, "iat lies in the future");
  if (claims.not_before().value_or(0) > time + skew) {
    return refuse(TokenFault::not_yet_valid, "nbf lies in the future");
  }
  double const life = claims.expires() - claims.issued();
  if (life <= 0 || life > static_cast<double>(policy.max_life.count())) {
    return refuse(TokenFault::too_long_lived, std::to_string(static_cast<long long>(life)) + " seconds");
  }
  if (policy.subject && claims.subject() != policy.subject) return refuse(TokenFault::subject);
  bool const known_tenant = policy.tenants.empty() || std::find(policy.tenants.begin(), policy.tenants.end(),
                                                                claims.tenant()) != policy.tenants.end();
  if (!known_tenant) return refuse(TokenFault::tenant, "tenant " + quoted(claims.tenant()));

  auto const until = static_cast<std::int64_t>(std::ceil(claims.expires() + skew));
  return Principal{claims.issuer(), claims.jti(), claims.tenant(), base::Now(std::chrono::seconds(until))};
}

}  // namespace ivig::certs
