#include "web/form.h"

#include <algorithm>

#include "base/percent.h"
#include "base/utf8.h"

namespace ivig::web {
namespace {

constexpr std::size_t kMostFields = 1000;

/// Nothing when a NUL, or what is no UTF-8, comes out.
std::optional<std::string> decoded(std::string_view text) {
  auto out = base::percent_decoded(text);
  if (out && (out->find('\0') != std::string::npos || !base::is_utf8(*out))) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::map<std::string, std::string>> read_form(std::string_view body) {
  std::map<std::string, std::string> form;
  for (std::size_t fields = 0; !body.empty(); ++fields) {
    if (fields == kMostFields) return std::nullopt;
    auto const end = std::min(body.find('&'), body.size());
    std::string_view const pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    auto const equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    form[*std::move(name)] = *std::move(value);
  }
  return form;
}

std::string field(std::map<std::string, std::string> const& form, std::string const& name) {
  auto const found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

std::string url_escaped(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    auto const byte = static_cast<unsigned char>(c);
    if (plain) out += c;
    else out.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
  }
  return out;
}

}  // namespace ivig::web
