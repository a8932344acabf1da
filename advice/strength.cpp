#include "advice/strength.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

namespace ivig::advice {
namespace {

using base::Decimal;

constexpr int kPlaces = 4;

/// A number and the word after it: "20 gram", "10 %"
struct Quantity {
  Decimal value;
  std::string_view unit;
  std::size_t first = 0, end = 0;  ///< places in the text
};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

std::size_t after_spaces(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

std::vector<Quantity> quantities_in(std::string_view text) {
  std::vector<Quantity> found;
  found.reserve(8);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    std::size_t end = at;
    while (end < text.size() &&
           (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1]))))
      ++end;
    auto const value = Decimal::parse(text.substr(at, end - at));
    std::size_t const unit = after_spaces(text, end);
    std::size_t unit_end = unit;
    if (unit < text.size() && text[unit] == '%') ++unit_end;
    else
      while (unit_end < text.size() && is_letter(text[unit_end])) ++unit_end;
    if (value) found.push_back({*value, text.substr(unit, unit_end - unit), at, unit_end});
    at = end - 1;
  }
  return found;
}

/// Grams of one such unit.
std::optional<Decimal> grams(std::string_view unit) {
  constexpr std::array<std::string_view, 5> kGram{"g", "gm", "gms", "gram", "grams"};
  if (unit == "mg") return Decimal(1, 3);
  if (std::find(kGram.begin(), kGram.end(), unit) != kGram.end()) return Decimal(1, 0);
  return std::nullopt;
}

/// What stands between an amount and its volume: "/", "in", "per".
bool joins(std::string_view between) {
  while (!between.empty() && between.front() == ' ') between.remove_prefix(1);
  while (!between.empty() && between.back() == ' ') between.remove_suffix(1);
  return between == "/" || between == "in" || between == "per";
}

}  // namespace

std::vector<Decimal> strengths_in(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view const all = lower;
  std::vector<Decimal> found;
  auto add = [&](Decimal value) {
    value = value.rounded(kPlaces);
    if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(value);
  };
  auto const quantities = quantities_in(all);
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    auto const& one = quantities[i];
    if (one.unit == "%") add(one.value / Decimal(100, 0));
    auto const unit = grams(one.unit);
    if (!unit) continue;
    std::string_view const rest = all.substr(one.end);
    if (rest.starts_with("/ml")) add(one.value * *unit);
    if (i + 1 == quantities.size()) continue;
    auto const& volume = quantities[i + 1];
    bool const in_ml = volume.unit == "ml" && Decimal() < volume.value;
    if (in_ml && joins(all.substr(one.end, volume.first - one.end))) add(one.value * *unit / volume.value);
  }
  return found;
}

}  // namespace ivig::advice
