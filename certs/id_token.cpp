#include "certs/id_token.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/json_body.h"
#include "base/json_read.h"
#include "certs/base64url.h"

namespace ivig::certs {
namespace {

using base::Json;
using base::string_member;

constexpr std::size_t kMostRoles = 1000;

std::vector<std::string> strings(Json const& object, std::string_view name) {
  std::vector<std::string> found;
  base::each(object, name, [&](Json const& item, std::size_t) {
    if (item.IsString() && found.size() < kMostRoles) found.emplace_back(base::as_string(item));
  });
  return found;
}

/// The names at a path such as "realm_access.roles".
std::vector<std::string> roles_at(Json const& claims, std::string_view path) {
  // A claim's own name may hold dots: such a name counts before the path.
  if (base::member(claims, path) != nullptr) return strings(claims, path);
  Json const* at = &claims;
  for (auto dot = path.find('.'); dot != std::string_view::npos && at != nullptr; dot = path.find('.')) {
    at = base::object_member(*at, path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  return at == nullptr ? std::vector<std::string>{} : strings(*at, path);
}

std::optional<double> seconds(Json const& claims, std::string_view name) {
  Json const* value = base::member(claims, name);
  if (value == nullptr || !value->IsNumber() || !std::isfinite(value->GetDouble())) return std::nullopt;
  return value->GetDouble();
}

Checked<void> check_audience(Json const& claims, IdTokenPolicy const& policy) {
  auto const audiences = strings(claims, "aud");
  if (std::find(audiences.begin(), audiences.end(), policy.client_id) == audiences.end()) {
    return refuse(TokenFault::audience, "aud does not name us");
  }
  auto const party = string_member(claims, "azp");
  if (!party.empty() && party != policy.client_id) return refuse(TokenFault::audience, "azp " + shown(party));
  return {};
}

Checked<void> check_times(Json const& claims, IdTokenPolicy const& policy, base::Now now) {
  auto const expires = seconds(claims, "exp"), issued = seconds(claims, "iat");
  if (!expires || !issued) return refuse(TokenFault::claims, "no exp or no iat");
  auto const at = static_cast<double>(now.time_since_epoch().count());
  auto const skew = static_cast<double>(policy.skew.count());
  if (*expires + skew <= at) return refuse(TokenFault::expired);
  if (*issued - skew > at) return refuse(TokenFault::not_yet_valid);
  if (at - *issued > static_cast<double>(policy.max_age.count()))
    return refuse(TokenFault::too_long_lived, "issued long ago");
  return {};
}

}  // namespace

Checked<IdToken> verify_id_token(std::string_view compact, KeySet const& keys, IdTokenPolicy const& policy,
                                 base::Now now) {
  auto const jws = Jws::parse(compact);
  if (!jws) return tl::unexpected(jws.error());
  auto const key = keys.find(jws->kid(), jws->algorithm());
  if (!key) return tl::unexpected(key.error());
  if (!signature_holds(compact, jws->algorithm(), *key)) return refuse(TokenFault::bad_signature);

  auto const first = compact.find('.'), second = compact.find('.', first + 1);
  auto payload = base64url_decode(compact.substr(first + 1, second - first - 1));
  auto const body = base::JsonBody::parse(payload ? *std::move(payload) : std::string(), {});
  if (!body) return refuse(TokenFault::malformed, "the payload is no JSON");
  Json const& claims = (*body)->root();
  if (string_member(claims, "iss") != policy.issuer) {
    return refuse(TokenFault::unknown_issuer, "iss " + shown(string_member(claims, "iss")));
  }
  if (auto good = check_audience(claims, policy); !good) return tl::unexpected(good.error());
  if (auto good = check_times(claims, policy, now); !good) return tl::unexpected(good.error());
  if (policy.nonce.empty() || string_member(claims, "nonce") != policy.nonce) {
    return refuse(TokenFault::claims, "nonce is not the one that was sent");
  }
  IdToken token;
  token.subject = string_member(claims, "sub");
  if (token.subject.empty()) return refuse(TokenFault::claims, "no sub");
  token.name = token.subject;
  for (auto const* name : {"name", "preferred_username", "email"}) {
    if (auto const given = string_member(claims, name); !given.empty()) {
      token.name = given;
      break;
    }
  }
  token.roles = roles_at(claims, policy.roles_claim);
  return token;
}

std::string pkce_challenge(std::string_view verifier) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<unsigned char const*>(verifier.data()), verifier.size(), digest.data());
  return base64url_encode({reinterpret_cast<char const*>(digest.data()), digest.size()});
}

}  // namespace ivig::certs
