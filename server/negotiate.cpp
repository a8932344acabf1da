#include "server/negotiate.h"

#include <algorithm>
#include <charconv>

#include "server/text.h"

namespace ivig::server {
namespace {

std::string_view media_type(std::string_view value) { return trimmed(value.substr(0, value.find(';'))); }

/// The weight of one range of an Accept header: its parameter `q`, 1 without one or when it is no number.
double weight(std::string_view item) {
  while (true) {
    auto const semicolon = item.find(';');
    if (semicolon == std::string_view::npos) return 1.0;
    item.remove_prefix(semicolon + 1);
    std::string_view const parameter = trimmed(item.substr(0, item.find(';')));
    if (parameter.size() < 2 || ascii_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    double q = 1.0;
    std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), q);
    return q;
  }
}

/// How an Accept header looks on a type.
struct Match {
  double quality = 0.0;  ///< 0: not acceptable
  int specific = -1;     ///< of the range that decides: 2 type/subtype, 1 type/*, 0 */*
};

/// The most specific range that fits `type` decides. RFC 9110 12.5.1
Match match(std::string_view accept, std::string_view type) {
  if (trimmed(accept).empty()) return {1.0, 0};
  std::string_view const major = type.substr(0, type.find('/'));
  Match best;
  while (!accept.empty()) {
    auto const comma = accept.find(',');
    std::string_view const item = accept.substr(0, comma);
    accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
    std::string_view const range = media_type(item);
    int const specific = equal_without_case(range, type)                                                         ? 2
                         : range.ends_with("/*") && equal_without_case(range.substr(0, range.size() - 2), major) ? 1
                         : range == "*/*"                                                                        ? 0
                                                                                                                 : -1;
    if (specific > best.specific) best = {weight(item), specific};
  }
  return best;
}

}  // namespace

bool is_json_content(std::string_view content_type) {
  std::string_view type = media_type(content_type);
  return type.empty() || equal_without_case(type, "application/json") ||
         equal_without_case(type, "application/fhir+json");
}

bool is_identity_coding(std::string_view content_encoding) {
  return content_encoding.empty() || equal_without_case(content_encoding, "identity");
}

bool accepts(std::string_view accept, std::string_view type) { return match(accept, type).quality > 0.0; }

bool prefers(std::string_view accept, std::string_view first, std::string_view second) {
  Match const one = match(accept, first);
  Match const other = match(accept, second);
  return one.quality != other.quality ? one.quality > other.quality : one.specific >= other.specific;
}

std::string normalised_path(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (char c : path) {
    if (c == '/' && !out.empty() && out.back() == '/') continue;
    out.push_back(c);
  }
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

std::vector<std::pair<std::string, std::string>> cors_headers(std::vector<std::string> const& allowed,
                                                              std::string_view origin, bool preflight) {
  std::vector<std::pair<std::string, std::string>> headers;
  if (allowed.empty()) return headers;
  bool any = std::find(allowed.begin(), allowed.end(), "*") != allowed.end();
  bool listed = !origin.empty() && std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
  if (!any) headers.emplace_back("Vary", "Origin");
  if (origin.empty() || !(any || listed)) return headers;
  headers.emplace_back("Access-Control-Allow-Origin", any ? "*" : std::string(origin));
  if (preflight) {
    headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
    headers.emplace_back("Access-Control-Allow-Headers", "authorization, content-type, accept");
    headers.emplace_back("Access-Control-Max-Age", "600");
  }
  return headers;
}

}  // namespace ivig::server
