#include "advice/quantity_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace ivig::advice {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && (std::isspace(static_cast<unsigned char>(text.back())) != 0 || text.back() == '.'))
    text.remove_suffix(1);
  return text;
}

/// `text` without `words` at its start, in any case, where they end as words do.
bool take_words(std::string_view& text, std::string_view words) {
  if (text.size() < words.size()) return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (static_cast<char>(std::tolower(static_cast<unsigned char>(text[i]))) != words[i]) return false;
  }
  bool const sign = std::isalpha(static_cast<unsigned char>(words.back())) == 0;
  if (!sign && text.size() > words.size() && std::isalpha(static_cast<unsigned char>(text[words.size()])) != 0)
    return false;
  text = trimmed(text.substr(words.size()));
  return true;
}

/// A comparator at the start of `text`, which is shortened by it: FHIR's signs, and signs and words as typed. Longer
/// ones first.
std::string_view take_comparator(std::string_view& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 30> kSigns{{
      {"<=", "<="},
      {">=", ">="},
      {"=<", "<="},
      {"=>", ">="},
      {"≤", "<="},
      {"≥", ">="},
      {"<", "<"},
      {">", ">"},
      {"==", ""},
      {"=", ""},
      {"less than or equal to", "<="},
      {"greater than or equal to", ">="},
      {"less than", "<"},
      {"lower than", "<"},
      {"smaller than", "<"},
      {"greater than", ">"},
      {"more than", ">"},
      {"higher than", ">"},
      {"no more than", "<="},
      {"not more than", "<="},
      {"up to", "<="},
      {"at most", "<="},
      {"at least", ">="},
      {"under", "<"},
      {"below", "<"},
      {"above", ">"},
      {"lt", "<"},
      {"gt", ">"},
      {"le", "<="},
      {"ge", ">="},
  }};
  for (auto const& [written, meant] : kSigns) {
    if (take_words(text, written)) return meant;
  }
  return {};
}

/// Spellings of units, as unit_key writes them, and the one that limits are stated in.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kSpellings{{
    {"micromoles", "umol"},
    {"micromole", "umol"},
    {"micromol", "umol"},
    {"mcmol", "umol"},
    {"millimoles", "mmol"},
    {"millimole", "mmol"},
    {"millimol", "mmol"},
    {"micrograms", "ug"},
    {"microgram", "ug"},
    {"mcg", "ug"},
    {"milligrams", "mg"},
    {"milligram", "mg"},
    {"grams", "g"},
    {"gram", "g"},
    {"deciliter", "dl"},
    {"decilitre", "dl"},
    {"liter", "l"},
    {"litre", "l"},
}};

/// Whole units that are written in another way.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kUnits{{
    {"um", "umol/l"},
    {"mm", "mmol/l"},
    {"nm", "nmol/l"},
    {"mg%", "mg/dl"},
    {"g%", "g/dl"},
    {"gm%", "g/dl"},
    {"gm/dl", "g/dl"},
    {"gm/l", "g/l"},
    {"mg/100cc", "mg/dl"},
    {"g/100cc", "g/dl"},
}};

/// "micromol/l" is "umol/l", "mg/100ml" is "mg/dl".
void spell_alike(std::string& key) {
  auto replace = [&key](std::string_view what, std::string_view with) {
    auto const at = key.find(what);
    if (at != std::string::npos) key.replace(at, what.size(), with);
  };
  for (auto const& [written, meant] : kSpellings) replace(written, meant);
  if (auto const at = key.find("per"); at != std::string::npos && at > 0) key.replace(at, 3, "/");
  replace("/100ml", "/dl");
  for (auto const& [written, meant] : kUnits) {
    if (key == written) key = meant;
  }
}

}  // namespace

std::optional<fhir::Quantity> quantity_in(std::string_view text) {
  text = trimmed(text);
  fhir::Quantity quantity;
  quantity.comparator = take_comparator(text);
  std::size_t end = 0;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && end > 0))) ++end;
  if (end == 0) return std::nullopt;
  auto number = base::Decimal::parse(text.substr(0, end));
  if (!number) return std::nullopt;
  quantity.value = *number;
  quantity.unit = trimmed(text.substr(end));
  // "145 mg/dL (70-400)", "38 mL/min/1.73m2 [L]": a range or a flag is not the unit's.
  for (std::string_view more : {" (", " [", ", ", "; "}) {
    if (auto at = quantity.unit.find(more); at != std::string::npos) quantity.unit = quantity.unit.substr(0, at);
  }
  return quantity;
}

std::optional<fhir::Quantity> measured(fhir::Observation const& observation) {
  if (observation.quantity && observation.quantity->value) {
    fhir::Quantity quantity = *observation.quantity;
    std::string_view sign = quantity.comparator;
    quantity.comparator = take_comparator(sign);
    return sign.empty() ? std::optional(quantity) : std::nullopt;  // a sign that is none: "<>"
  }
  for (std::string_view text : {observation.value_text, observation.value_concept.text}) {
    if (auto quantity = quantity_in(text)) return quantity;
  }
  bool valueless = observation.value_text.empty() && observation.value_concept.empty() && !observation.value_boolean;
  std::string_view name = observation.code.text;
  for (std::size_t i = 1; valueless && i < name.size(); ++i) {
    bool starts = is_digit(name[i]) || name[i] == '<' || name[i] == '>';
    if (starts && name[i - 1] == ' ') return quantity_in(name.substr(i));
  }
  return std::nullopt;
}

std::string unit_key(std::string_view unit) {
  std::string key;
  for (std::size_t i = 0; i < unit.size(); ++i) {
    std::string_view rest = unit.substr(i);
    if (rest.starts_with("µ") || rest.starts_with("μ")) {  // micro sign, Greek mu
      key += 'u';
      ++i;
    } else if (rest.starts_with("²")) {
      key += '2';
      ++i;
    } else if (std::string_view(" {}_^*").find(unit[i]) == std::string_view::npos) {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(unit[i])));
    }
  }
  spell_alike(key);
  return key;
}

bool in_unit(fhir::Quantity const& quantity, std::string_view unit) {
  if (!unit.empty() && (quantity.unit == unit || quantity.unit_code == unit)) return true;  // as written, mostly
  std::string key = unit_key(unit);
  return (!quantity.unit_code.empty() && unit_key(quantity.unit_code) == key) ||
         (!quantity.unit.empty() && unit_key(quantity.unit) == key);
}

}  // namespace ivig::advice
