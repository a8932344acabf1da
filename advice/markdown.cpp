#include "advice/markdown.h"

#include <algorithm>

namespace ivig::advice {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }

std::size_t units_of(char lead) { return static_cast<unsigned char>(lead) >= 0xf0U ? 2 : 1; }

}  // namespace

std::string escape_markdown(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*_{}[]()#+-.!|<>~&:@";
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t at = 0; at < text.size(); ++at) {
    char const c = text[at];
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20U || byte == 0x7fU) {
      out.push_back(' ');
      continue;
    }
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      // A hyphen, point, colon or bracket inside prose is harmless; escaping it would only spoil plain-text displays.
      bool special =
          kSpecial.find(c) != std::string_view::npos && std::string_view("-.:()+!#@").find(c) == std::string_view::npos;
      if (special) out.push_back('\\');
      // "www." is autolinked without a scheme.
      if (c == '.' && out.ends_with("www")) out += "\xE2\x80\x8B";
      out.push_back(c);
      // A bare address would be turned into a link by GFM's autolink extension; before a space a colon is a colon.
      bool const in_address = c == ':' && at + 1 < text.size() && text[at + 1] != ' ';
      if (in_address && out.size() >= 2 && std::isalpha(static_cast<unsigned char>(out[out.size() - 2])) != 0)
        out += "\xE2\x80\x8B";
    }
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20U || byte == 0x7fU ? ' ' : c);
  }
  return out;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (char c : text) {
    if (starts_character(c)) units += units_of(c);
  }
  return units;
}

std::string cut_to(std::string_view text, std::size_t units) {
  if (utf16_length(text) <= units) return std::string(text);
  std::size_t used = 1;  // the ellipsis
  std::size_t end = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!starts_character(text[i])) continue;
    if (used + units_of(text[i]) > units) break;
    used += units_of(text[i]);
    end = i + 1;
    while (end < text.size() && !starts_character(text[end])) ++end;
  }
  while (end > 0 && text[end - 1] == ' ') --end;
  return std::string(text.substr(0, end)) + "\xE2\x80\xA6";
}

std::string fill(std::string_view text, SentenceValues const& values) {
  std::string out;
  out.reserve(text.size() + 128);
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t open = text.find('{', at);
    std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    out.append(text.substr(at, open - at));
    std::string_view const name = text.substr(open + 1, close - open - 1);
    auto const value = std::find_if(values.rbegin(), values.rend(), [&](auto const& one) { return one.first == name; });
    out.append(value == values.rend() ? text.substr(open, close - open + 1) : std::string_view(value->second));
    at = close + 1;
  }
  out.append(text.substr(at));
  return out;
}

std::string first_sentence(std::string_view text) {
  std::size_t end = text.find(". ");
  if (end == std::string_view::npos) end = text.size() - (text.ends_with('.') ? 1 : 0);
  return std::string(text.substr(0, end));
}

}  // namespace ivig::advice
