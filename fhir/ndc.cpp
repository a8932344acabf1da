#include "fhir/ndc.h"

#include <algorithm>
#include <array>

namespace ivig::fhir {
namespace {

constexpr std::size_t kLabeler = 5;
constexpr std::size_t kProduct = 4;
constexpr std::size_t kPackage = 2;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// U+2010 to U+2015 and U+2212: what typesetters make of a hyphen.
std::size_t long_hyphen(std::string_view text) {
  if (text.starts_with("\xe2\x88\x92")) return 3;
  bool const dash = text.size() >= 3 && text.starts_with("\xe2\x80") && text[2] >= '\x90' && text[2] <= '\x95';
  return dash ? 3 : 0;
}

/// "NDC 0069-1415-02", "ndc:0069...", "N400691415002"
std::string_view without_prefix(std::string_view code) {
  while (!code.empty() && code.front() == ' ') code.remove_prefix(1);
  if (code.size() > 3 && (code.starts_with("NDC") || code.starts_with("ndc"))) code.remove_prefix(3);
  else if (code.size() > 2 && (code.starts_with("N4") || code.starts_with("n4"))) code.remove_prefix(2);
  while (!code.empty() && (code.front() == ' ' || code.front() == ':' || code.front() == '#')) code.remove_prefix(1);
  while (!code.empty() && code.back() == ' ') code.remove_suffix(1);
  return code;
}

/// The segments as written; empty when something else stands in it.
std::vector<std::string> segments_of(std::string_view code) {
  code = without_prefix(code);
  std::vector<std::string> segments(1);
  for (std::size_t at = 0; at < code.size();) {
    char const c = code[at];
    std::size_t const wide = long_hyphen(code.substr(at));
    if (is_digit(c)) {
      segments.back().push_back(c);
    } else if (c == '-' || c == ' ' || c == '.' || wide != 0) {
      if (segments.back().empty()) return {};
      segments.emplace_back();
    } else if (c != '*') {
      return {};
    }
    at += std::max<std::size_t>(wide, 1);
  }
  return segments;
}

/// Padded with zeros, or rid of them, to `length` digits; empty when other digits are too many.
std::string fitted(std::string digits, std::size_t length) {
  while (digits.size() > length && digits.front() == '0') digits.erase(0, 1);
  if (digits.empty() || digits.size() > length) return {};
  return digits.insert(0, length - digits.size(), '0');
}

/// Digits in a row: which segment was not padded, whether there is a package, and whether zeros in front were lost.
std::vector<std::string> readings(std::string digits) {
  constexpr std::size_t kBoth = kLabeler + kProduct;
  constexpr std::size_t kFull = kBoth + kPackage;
  while (digits.size() > kFull && digits.front() == '0') digits.erase(0, 1);
  if (digits.size() > kFull || digits.size() + 1 < kBoth) return {};
  std::vector<std::string> found{(std::string(kFull - digits.size(), '0') + digits).substr(0, kBoth)};
  if (digits.size() == kFull) return found;
  if (digits.size() >= kBoth) found.push_back(digits.substr(0, kBoth));
  if (digits.size() == kBoth) return found;
  std::string const eight = digits.substr(0, kBoth - 1);
  found.push_back("0" + eight);
  found.push_back(eight.substr(0, kLabeler) + "0" + eight.substr(kLabeler));
  return found;
}

}  // namespace

std::vector<std::string> ndc_products(std::string_view code) {
  auto const segments = segments_of(code);
  if (segments.empty() || segments.size() > 3) return {};
  if (segments.size() == 1) return readings(segments[0]);
  std::string const labeler = fitted(segments[0], kLabeler);
  std::string const product = fitted(segments[1], kProduct);
  bool const package = segments.size() == 2 || (!segments[2].empty() && segments[2].size() <= kPackage);
  if (labeler.empty() || product.empty() || !package) return {};
  return {labeler + product};
}

bool is_segmented_ndc(std::string_view code) {
  auto const segments = segments_of(code);
  if (segments.size() != 3) return false;
  std::array<std::size_t, 3> const lengths{segments[0].size(), segments[1].size(), segments[2].size()};
  constexpr std::array<std::array<std::size_t, 3>, 4> kForms{{{5, 4, 2}, {4, 4, 2}, {5, 3, 2}, {5, 4, 1}}};
  return std::find(kForms.begin(), kForms.end(), lengths) != kForms.end();
}

}  // namespace ivig::fhir
