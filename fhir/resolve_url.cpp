#include "fhir/resolve_url.h"

#include <cctype>

namespace ivig::fhir {
namespace {

/// The parts of a URL before its query: "https:", "//host", "/path".
struct Parts {
  std::string_view scheme, authority, path;
};

bool has_scheme(std::string_view text) {
  std::size_t const colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || std::isalpha(static_cast<unsigned char>(text.front())) == 0) {
    return false;
  }
  for (char const c : text.substr(0, colon)) {
    bool const fits = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
    if (!fits) return false;
  }
  return true;
}

Parts split(std::string_view url) {
  Parts parts;
  url = url.substr(0, url.find_first_of("?#"));
  if (has_scheme(url)) parts.scheme = url.substr(0, url.find(':') + 1);
  url.remove_prefix(parts.scheme.size());
  if (url.starts_with("//")) parts.authority = url.substr(0, url.find('/', 2));
  parts.path = url.substr(parts.authority.size());
  return parts;
}

/// RFC 3986 5.2.4.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    std::string_view const segment = path.substr(0, path.find('/', 1));
    path.remove_prefix(segment.size());
    bool const dot = segment == "/." || segment == ".";
    bool const up = segment == "/.." || segment == "..";
    if (up) out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    if (!dot && !up) out += segment;
    if ((dot || up) && path.empty() && segment.starts_with('/')) out += '/';
  }
  return out;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kNever = " \"<>\\^`{|}";
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (kNever.find(c) == std::string_view::npos && byte < 0x80) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    }
  }
  return out;
}

}  // namespace

std::string resolved_url(std::string_view page, std::string_view reference) {
  if (has_scheme(reference)) return encoded(reference);
  Parts const base = split(page);
  std::string const scheme(base.scheme);
  if (reference.starts_with("//")) return scheme + encoded(reference);
  std::string const origin = scheme + std::string(base.authority);
  std::size_t const mark = reference.find_first_of("?#");
  std::string_view const path = reference.substr(0, mark);
  std::string const rest = mark == std::string_view::npos ? std::string() : encoded(reference.substr(mark));
  if (path.empty()) return origin + std::string(base.path) + rest;
  if (path.starts_with('/')) return origin + without_dots(encoded(path)) + rest;
  std::size_t const slash = base.path.rfind('/');
  std::string merged(slash == std::string_view::npos ? std::string_view() : base.path.substr(0, slash + 1));
  if (merged.empty() && !base.authority.empty()) merged = "/";
  return origin + without_dots(merged + encoded(path)) + rest;
}

}  // namespace ivig::fhir
