#include "app/review_access.h"

#include <algorithm>
#include <array>

#include "app/config_node.h"
#include "base/regular_file.h"
#include "base/uuid.h"

namespace ivig::app {
namespace {

using base::Errc;
using base::fail;

constexpr std::size_t kShortestToken = 32;
constexpr std::size_t kDigestLength = 64;

bool contains(std::vector<std::string> const& list, std::string const& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_digest(std::string_view text) {
  return text.size() == kDigestLength && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

TokenHolder read_holder(ConfigNode const& node, RoleNames const& names) {
  constexpr std::array<std::string_view, 4> kKeys{"name", "roles", "token", "sha256"};
  auto const members = node.members(kKeys);
  TokenHolder holder;
  auto const name = members.find("name"), roles = members.find("roles");
  auto const token = members.find("token"), digest = members.find("sha256");
  if (name == members.end() || name->second.text().empty()) node.refuse("needs a name: it stands beside what is done");
  holder.name = name->second.text();
  if ((token == members.end()) == (digest == members.end())) node.refuse("needs sha256 or token, one of them");
  if (token != members.end()) {
    if (token->second.text().size() < kShortestToken)
      node.refuse("has a token of fewer than 32 characters; openssl rand -hex 32 makes one");
    holder.digest = base::sha256_hex(token->second.text());
  } else {
    holder.digest = digest->second.text();
    if (!is_digest(holder.digest)) node.refuse("sha256 must be 64 hexadecimal digits in lower case");
  }
  if (roles == members.end()) node.refuse("needs roles: viewer, reviewer, or a name that the configuration gives one");
  auto const role = names.role_of(roles->second.texts());
  if (!role) roles->second.refuse("holds no role of viewer_roles or reviewer_roles, and neither viewer nor reviewer");
  holder.role = *role;
  return holder;
}

/// Host without port, in lower case.
std::string host_of(std::string_view authority) {
  auto const end = authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  std::string host(authority.substr(0, std::min(end, authority.size())));
  for (char& c : host) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return host;
}

std::string_view authority_of_url(std::string_view url) {
  auto const at = url.find("://");
  if (at == std::string_view::npos) return {};
  url.remove_prefix(at + 3);
  return url.substr(0, url.find('/'));
}

std::string host_of_url(std::string_view url) { return host_of(authority_of_url(url)); }

}  // namespace

std::string_view to_string(ReviewRole role) { return role == ReviewRole::reviewer ? "reviewer" : "viewer"; }

std::optional<ReviewRole> RoleNames::role_of(std::vector<std::string> const& names) const {
  auto any = [&](std::vector<std::string> const& list) {
    return std::any_of(names.begin(), names.end(), [&](std::string const& name) { return contains(list, name); });
  };
  if (any(reviewer)) return ReviewRole::reviewer;
  return any(viewer) ? std::optional(ReviewRole::viewer) : std::nullopt;
}

base::Result<std::shared_ptr<TokenFile const>> TokenFile::load(std::filesystem::path const& file,
                                                               RoleNames const& names) {
  auto const text = base::read_regular_file(file.string());
  if (!text) {
    return fail(Errc::invalid_config, file.string(), text.error().detail + "; mend it or review.token_file");
  }
  RoleNames with_words = names;
  with_words.viewer.emplace_back("viewer");
  with_words.reviewer.emplace_back("reviewer");
  auto found = std::make_shared<TokenFile>();
  try {
    ConfigNode const root = ConfigNode::parse(*text);
    if (!root.is_null()) {
      for (ConfigNode const& item : root.items()) found->holders_.push_back(read_holder(item, with_words));
    }
  } catch (ConfigMistake const& mistake) {
    return fail(Errc::invalid_config, file.string() + ":" + std::to_string(mistake.line), mistake.what());
  }
  return found;
}

TokenHolder const* TokenFile::by_token(std::string_view token) const {
  // Digests are compared, so that time tells nothing of use about a token.
  std::string const digest = base::sha256_hex(token);
  TokenHolder const* found = nullptr;
  for (auto const& holder : holders_) {
    if (same_secret(holder.digest, digest)) found = &holder;
  }
  return found;
}

TokenHolder const* TokenFile::by_subject(std::string_view subject) const {
  auto const found =
      std::find_if(holders_.begin(), holders_.end(), [&](auto const& holder) { return holder.subject() == subject; });
  return found == holders_.end() ? nullptr : &*found;
}

bool may_review(ReviewAccess const& access, server::RequestHead const& head) {
  if (!access.open) return false;
  bool const local_peer = head.peer == "::1" || head.peer.starts_with("127.");
  for (auto const* forwarded : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"}) {
    if (!head.header(forwarded).empty()) return false;
  }
  std::string const host = host_of(head.header("Host"));
  bool const own_name = host == "localhost" || host == "127.0.0.1" || host == "[::1]" ||
                        (!host.empty() && host == host_of_url(access.public_url));
  return local_peer && own_name;
}

bool is_cross_site(ReviewAccess const& access, server::RequestHead const& head) {
  auto const site = head.header("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  auto const origin = head.header("Origin");
  if (origin.empty()) return false;
  auto const from = authority_of_url(origin);
  return from != head.header("Host") && from != authority_of_url(access.public_url);
}

bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace ivig::app
