#include "fhir/units.h"

#include <gtest/gtest.h>

namespace ivig::fhir {
namespace {

using base::Decimal;

/// "mass 0.001 /kg /1440": what a unit was read as.
std::string shown(std::optional<Unit> const& unit) {
  if (!unit) return "unknown";
  constexpr char const* kNames[]{"mass", "volume", "time", "number"};
  std::string out = kNames[static_cast<int>(unit->measure)];
  out += " " + unit->factor.short_text();
  if (unit->per_kg) out += " /kg";
  if (unit->per_minutes) out += " /" + unit->per_minutes->short_text();
  if (unit->per_course) out += " /course";
  if (unit->per_volume) out += " /mL";
  return out;
}

TEST(Units, CTX_12_reads_ucum_codes_by_case) {
  for (auto const& [code, meaning] :
       std::vector<std::pair<char const*, char const*>>{{"g", "mass 1"},
                                                        {"mg", "mass 0.001"},
                                                        {"ug", "mass 0.000001"},
                                                        {"kg", "mass 1000"},
                                                        {"[lb_av]", "mass 453.59237"},
                                                        {"mL", "volume 1"},
                                                        {"ml", "volume 1"},
                                                        {"L", "volume 1000"},
                                                        {"g/kg", "mass 1 /kg"},
                                                        {"mg/kg", "mass 0.001 /kg"},
                                                        {"g/kg/d", "mass 1 /kg /1440"},
                                                        {"g/(kg.d)", "mass 1 /kg /1440"},
                                                        {"mg/kg/min", "mass 0.001 /kg /1"},
                                                        {"mL/kg/h", "volume 1 /kg /60"},
                                                        {"g/kg{body wt}", "mass 1 /kg"},
                                                        {"g/kg/{course}", "mass 1 /kg /course"},
                                                        {"g/{dose}", "mass 1"},
                                                        {"{pill}", "number 1"},
                                                        {"1", "number 1"},
                                                        {"mg/mL", "mass 0.001 /mL"},
                                                        {"d", "time 1440"},
                                                        {"wk", "time 10080"},
                                                        {"mo", "time 43830"},
                                                        {"a", "time 525960"},
                                                        {"Mg", "unknown"},
                                                        {"MG", "unknown"},
                                                        {"G", "unknown"},
                                                        {"KG", "unknown"},
                                                        {"gm", "unknown"},
                                                        {"g/m2", "unknown"},
                                                        {"g/kg/kg", "unknown"},
                                                        {"g{", "unknown"},
                                                        {"g/(kg", "unknown"},
                                                        {"", "unknown"},
                                                        {"/d", "unknown"}}) {
    EXPECT_EQ(shown(ucum_unit(code)), meaning) << code;
  }
}

TEST(Units, CTX_12_reads_printed_spellings) {
  for (auto const& [text, meaning] :
       std::vector<std::pair<char const*, char const*>>{{"gm", "mass 1"},
                                                        {"Grams", "mass 1"},
                                                        {"G", "mass 1"},
                                                        {"mcg", "mass 0.000001"},
                                                        {"\xC2\xB5g", "mass 0.000001"},
                                                        {"lbs", "mass 453.59237"},
                                                        {"kg", "mass 1000"},
                                                        {"gm/kg", "mass 1 /kg"},
                                                        {"g / kg", "mass 1 /kg"},
                                                        {"grams per kilogram", "mass 1 /kg"},
                                                        {"mg per kg per day", "mass 0.001 /kg /1440"},
                                                        {"g/kg/dose", "mass 1 /kg"},
                                                        {"g/kg/course", "mass 1 /kg /course"},
                                                        {"mL/kg/hr", "volume 1 /kg /60"},
                                                        {"g/kg body weight", "mass 1 /kg"},
                                                        {"gr", "unknown"},
                                                        {"units", "unknown"},
                                                        {"vial", "unknown"},
                                                        {"g/m2", "unknown"},
                                                        {"", "unknown"}}) {
    EXPECT_EQ(shown(printed_unit(text)), meaning) << text;
  }
}

TEST(Units, CTX_12_a_ucum_code_goes_before_the_printed_unit) {
  Quantity quantity;
  quantity.unit = "g";
  quantity.unit_code = "mg";
  EXPECT_EQ(shown(unit_of(quantity)), "mass 0.001");
  quantity.unit_code = "mcg";  // no UCUM, but a spelling that can mean one thing only
  EXPECT_EQ(shown(unit_of(quantity)), "mass 0.000001");
  quantity.unit_code = "MG";
  EXPECT_EQ(shown(unit_of(quantity)), "unknown");
  EXPECT_EQ(shown(unit_of(Quantity{})), "unknown");
}

TEST(Units, gives_body_weight_in_kilograms) {
  auto weight = [](Decimal value, std::string_view code, std::string_view comparator = "") {
    auto kilos = kilograms({.value = value, .comparator = comparator, .unit = {}, .unit_code = code});
    return kilos ? kilos->rounded(3).short_text() : "unknown";
  };
  EXPECT_EQ(weight({80, 0}, "kg"), "80");
  EXPECT_EQ(weight({3200, 0}, "g"), "3.2");
  EXPECT_EQ(weight({176, 0}, "[lb_av]"), "79.832");
  EXPECT_EQ(weight({80, 0}, ""), "unknown");
  EXPECT_EQ(weight({80, 0}, "cm"), "unknown");
  EXPECT_EQ(weight({80, 0}, "kg", ">"), "unknown");
  EXPECT_EQ(weight({0, 0}, "kg"), "unknown");
}

}  // namespace
}  // namespace ivig::fhir
