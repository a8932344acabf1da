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

/// A comparator at the start of `text`, which is shortened by it. The signs are FHIR's, and as typed.
std::string_view take_comparator(std::string_view& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSigns{
      {{"<=", "<="}, {">=", ">="}, {"≤", "<="}, {"≥", ">="}, {"<", "<"}, {">", ">"}}};
  for (auto const& [written, meant] : kSigns) {
    if (!text.starts_with(written)) continue;
    text = trimmed(text.substr(written.size()));
    return meant;
  }
  return {};
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
  if (observation.quantity && observation.quantity->value) return observation.quantity;
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
  return key;
}

bool in_unit(fhir::Quantity const& quantity, std::string_view unit) {
  if (!unit.empty() && (quantity.unit == unit || quantity.unit_code == unit)) return true;  // as written, mostly
  std::string key = unit_key(unit);
  return (!quantity.unit_code.empty() && unit_key(quantity.unit_code) == key) ||
         (!quantity.unit.empty() && unit_key(quantity.unit) == key);
}

}  // namespace ivig::advice
