#include "fhir/units.h"

#include <algorithm>
#include <array>
#include <string>

namespace ivig::fhir {
namespace {

using base::Decimal;

constexpr std::size_t kLongestUnit = 200;  ///< bytes; a longer text is no unit, and is not looked through

struct Atom {
  std::string_view name;
  Measure measure;
  Decimal factor;
};

// To g, mL and minutes. [lb_av] is 453.59237 g by definition; mo and a are UCUM's mean Julian month and year.
constexpr Decimal kPound(45359237, 5);
constexpr std::array kUcum{Atom{"g", Measure::mass, {1, 0}},       Atom{"mg", Measure::mass, {1, 3}},
                           Atom{"ug", Measure::mass, {1, 6}},      Atom{"kg", Measure::mass, {1000, 0}},
                           Atom{"[lb_av]", Measure::mass, kPound}, Atom{"mL", Measure::volume, {1, 0}},
                           Atom{"ml", Measure::volume, {1, 0}},    Atom{"L", Measure::volume, {1000, 0}},
                           Atom{"l", Measure::volume, {1000, 0}},  Atom{"dL", Measure::volume, {100, 0}},
                           Atom{"dl", Measure::volume, {100, 0}},  Atom{"cm3", Measure::volume, {1, 0}},
                           Atom{"min", Measure::time, {1, 0}},     Atom{"h", Measure::time, {60, 0}},
                           Atom{"d", Measure::time, {1440, 0}},    Atom{"wk", Measure::time, {10080, 0}},
                           Atom{"mo", Measure::time, {43830, 0}},  Atom{"a", Measure::time, {525960, 0}},
                           Atom{"1", Measure::number, {1, 0}}};

// Spellings in lower case. "gr" is left out: a grain to some, a gram to others.
constexpr std::array kPrinted{Atom{"gm", Measure::mass, {1, 0}},           Atom{"gms", Measure::mass, {1, 0}},
                              Atom{"gram", Measure::mass, {1, 0}},         Atom{"grams", Measure::mass, {1, 0}},
                              Atom{"gramme", Measure::mass, {1, 0}},       Atom{"grammes", Measure::mass, {1, 0}},
                              Atom{"mgs", Measure::mass, {1, 3}},          Atom{"milligram", Measure::mass, {1, 3}},
                              Atom{"milligrams", Measure::mass, {1, 3}},   Atom{"mcg", Measure::mass, {1, 6}},
                              Atom{"microgram", Measure::mass, {1, 6}},    Atom{"micrograms", Measure::mass, {1, 6}},
                              Atom{"\xC2\xB5g", Measure::mass, {1, 6}},    Atom{"\xCE\xBCg", Measure::mass, {1, 6}},
                              Atom{"kgs", Measure::mass, {1000, 0}},       Atom{"kilo", Measure::mass, {1000, 0}},
                              Atom{"kilogram", Measure::mass, {1000, 0}},  Atom{"kilograms", Measure::mass, {1000, 0}},
                              Atom{"lb", Measure::mass, kPound},           Atom{"lbs", Measure::mass, kPound},
                              Atom{"pound", Measure::mass, kPound},        Atom{"pounds", Measure::mass, kPound},
                              Atom{"cc", Measure::volume, {1, 0}},         Atom{"mls", Measure::volume, {1, 0}},
                              Atom{"milliliter", Measure::volume, {1, 0}}, Atom{"milliliters", Measure::volume, {1, 0}},
                              Atom{"millilitre", Measure::volume, {1, 0}}, Atom{"millilitres", Measure::volume, {1, 0}},
                              Atom{"liter", Measure::volume, {1000, 0}},   Atom{"liters", Measure::volume, {1000, 0}},
                              Atom{"litre", Measure::volume, {1000, 0}},   Atom{"litres", Measure::volume, {1000, 0}},
                              Atom{"mins", Measure::time, {1, 0}},         Atom{"minute", Measure::time, {1, 0}},
                              Atom{"minutes", Measure::time, {1, 0}},      Atom{"hr", Measure::time, {60, 0}},
                              Atom{"hrs", Measure::time, {60, 0}},         Atom{"hour", Measure::time, {60, 0}},
                              Atom{"hours", Measure::time, {60, 0}},       Atom{"day", Measure::time, {1440, 0}},
                              Atom{"days", Measure::time, {1440, 0}},      Atom{"w", Measure::time, {10080, 0}},
                              Atom{"wks", Measure::time, {10080, 0}},      Atom{"week", Measure::time, {10080, 0}},
                              Atom{"weeks", Measure::time, {10080, 0}},    Atom{"month", Measure::time, {43830, 0}},
                              Atom{"months", Measure::time, {43830, 0}},   Atom{"mos", Measure::time, {43830, 0}},
                              Atom{"year", Measure::time, {525960, 0}},    Atom{"years", Measure::time, {525960, 0}}};

// What a dose is for, when it is no length of time: nothing to calculate with.
constexpr std::array<std::string_view, 5> kEach{"dose", "doses", "infusion", "administration", "bag"};

template <class Table>
Atom const* find(Table const& table, std::string_view name) {
  auto it = std::find_if(table.begin(), table.end(), [&](Atom const& atom) { return atom.name == name; });
  return it == table.end() ? nullptr : &*it;
}

Atom const* find_printed(std::string_view name) {
  Atom const* atom = find(kPrinted, name);
  if (atom == nullptr && (name == "ug" || name == "kg" || name == "mg" || name == "g" || name == "[lb_av]"))
    return find(kUcum, name);
  if (atom == nullptr && (name == "ml" || name == "l" || name == "dl" || name == "h" || name == "d" || name == "min" ||
                          name == "wk" || name == "mo")) {
    return find(kUcum, name);
  }
  return atom;
}

/// Puts numerator and denominators together; anything but amount [/kg] [/time] [/course] is unknown.
class UnitBuilder {
 public:
  bool add(Atom const& atom, bool below) {
    if (!below) {
      if (started_) return false;
      started_ = true;
      unit_.measure = atom.measure;
      unit_.factor = atom.factor;
      return true;
    }
    if (atom.measure == Measure::time && !unit_.per_minutes) {
      unit_.per_minutes = atom.factor;
      return true;
    }
    if (atom.name.starts_with("k") && atom.measure == Measure::mass && !unit_.per_kg) return unit_.per_kg = true;
    if (atom.measure == Measure::volume && !unit_.per_volume) return unit_.per_volume = true;
    return atom.measure == Measure::number;
  }
  void course() { unit_.per_course = true; }
  void number() { started_ = true; }
  [[nodiscard]] std::optional<Unit> build() const { return started_ ? std::optional(unit_) : std::nullopt; }

 private:
  Unit unit_;
  bool started_ = false;
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

std::optional<Unit> ucum_unit(std::string_view code) {
  if (code.size() > kLongestUnit) return std::nullopt;
  UnitBuilder unit;
  bool below = false, group = false;
  for (std::size_t at = 0; at < code.size();) {
    char const c = code[at];
    if (c == '{') {
      auto const end = code.find('}', at);
      if (end == std::string_view::npos) return std::nullopt;
      if (code.substr(at + 1, end - at - 1) == "course") unit.course();
      if (code.size() == end - at + 1) unit.number();  // "{pill}" alone is a number
      at = end + 1;
    } else if (c == '/') {
      below = true;
      ++at;
    } else if (c == '.') {
      below = group;
      ++at;
    } else if (c == '(' && below && !group) {
      group = true;
      ++at;
    } else if (c == ')' && group) {
      group = below = false;
      ++at;
    } else {
      auto const end = std::min(code.find_first_of("/.{}()", at), code.size());
      Atom const* atom = end > at ? find(kUcum, code.substr(at, end - at)) : nullptr;
      if (atom == nullptr || !unit.add(*atom, below)) return std::nullopt;
      at = end;
    }
  }
  return group ? std::nullopt : unit.build();
}

std::optional<Unit> printed_unit(std::string_view text) {
  if (text.size() > kLongestUnit) return std::nullopt;
  std::string spelled = lower_case(text);
  replace_all(spelled, " per ", "/");
  for (auto const* words : {"body weight", "bodyweight", "bw"}) replace_all(spelled, words, "");
  replace_all(spelled, ".", "");
  spelled.erase(std::remove(spelled.begin(), spelled.end(), ' '), spelled.end());
  UnitBuilder unit;
  bool below = false;
  for (std::string_view rest = spelled;;) {
    auto const end = std::min(rest.find('/'), rest.size());
    std::string_view const name = rest.substr(0, end);
    Atom const* atom = find_printed(name);
    bool const each = std::find(kEach.begin(), kEach.end(), name) != kEach.end();
    if (below && name == "course") unit.course();
    else if (!(below && each) && (atom == nullptr || !unit.add(*atom, below))) return std::nullopt;
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
    below = true;
  }
  return unit.build();
}

std::optional<Unit> unit_of(Quantity const& quantity) {
  if (quantity.unit_code.empty()) return quantity.unit.empty() ? std::nullopt : printed_unit(quantity.unit);
  if (auto unit = ucum_unit(quantity.unit_code)) return unit;
  Atom const* listed = find(kPrinted, quantity.unit_code);
  return listed == nullptr ? std::nullopt : printed_unit(quantity.unit_code);
}

std::optional<Quantity> as_printed(Quantity const& quantity) {
  if (quantity.unit.empty() || quantity.unit_code.empty()) return std::nullopt;
  auto const coded = unit_of(quantity);
  auto const printed = printed_unit(quantity.unit);
  if (!coded || !printed) return std::nullopt;
  bool const same = coded->measure == printed->measure && coded->factor == printed->factor &&
                    coded->per_kg == printed->per_kg && coded->per_volume == printed->per_volume;
  if (same) return std::nullopt;
  Quantity other = quantity;
  other.unit_code = {};
  return other;
}

std::optional<base::Decimal> kilograms(Quantity const& quantity) {
  if (!quantity.value || !quantity.comparator.empty()) return std::nullopt;
  auto const unit = unit_of(quantity);
  if (!unit || unit->measure != Measure::mass || unit->per_kg || unit->per_minutes || unit->per_volume)
    return std::nullopt;
  Decimal const kilos = *quantity.value * unit->factor / Decimal(1000, 0);
  return kilos > Decimal() ? std::optional(kilos) : std::nullopt;
}

}  // namespace ivig::fhir
