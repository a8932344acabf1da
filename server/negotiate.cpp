#include "server/negotiate.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace ivig::server {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view media_type(std::string_view value) { return trimmed(value.substr(0, value.find(';'))); }

/// The quality with which `accept` allows `type`, 0 when it does not. RFC 9110 12.5.1
double quality(std::string_view accept, std::string_view type) {
  if (trimmed(accept).empty()) return 1.0;
  std::string_view major = type.substr(0, type.find('/'));
  double best = -1.0;
  int best_specific = -1;
  while (!accept.empty()) {
    auto comma = accept.find(',');
    std::string_view item = accept.substr(0, comma);
    accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
    std::string_view range = media_type(item);
    int specific = equal_ignoring_case(range, type)                                                         ? 2
                   : range.ends_with("/*") && equal_ignoring_case(range.substr(0, range.size() - 2), major) ? 1
                   : range == "*/*"                                                                         ? 0
                                                                                                            : -1;
    if (specific <= best_specific) continue;
    double q = 1.0;
    if (auto at = item.find("q="); at != std::string_view::npos) {
      std::string_view number = trimmed(item.substr(at + 2));
      std::from_chars(number.data(), number.data() + number.size(), q);
    }
    best_specific = specific;
    best = q;
  }
  return std::max(best, 0.0);
}

}  // namespace

bool is_json_content(std::string_view content_type) {
  std::string_view type = media_type(content_type);
  return type.empty() || equal_ignoring_case(type, "application/json") ||
         equal_ignoring_case(type, "application/fhir+json");
}

bool accepts(std::string_view accept, std::string_view type) { return quality(accept, type) > 0.0; }

bool prefers(std::string_view accept, std::string_view first, std::string_view second) {
  return quality(accept, first) >= quality(accept, second);
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
