#include "server/query.h"

#include <algorithm>

#include "base/percent.h"

namespace ivig::server {
namespace {

/// Nothing when a control character comes out.
std::optional<std::string> decoded(std::string_view text) {
  auto out = base::percent_decoded(text);
  auto const control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (out && std::any_of(out->begin(), out->end(), control)) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    auto const end = std::min(query.find('&'), query.size());
    std::string_view const pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    auto const equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals == pair.size() ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

}  // namespace ivig::server
