#include "advice/quantity_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace ivig::advice {
namespace {

std::string shown(std::string_view text) {
  auto quantity = quantity_in(text);
  if (!quantity) return "none";
  return std::string(quantity->comparator) + "|" + quantity->value->text() + "|" + std::string(quantity->unit);
}

TEST(QuantityText, ReadsComparatorNumberAndUnit) {
  EXPECT_EQ(shown("145 mg/dL"), "|145|mg/dL");
  EXPECT_EQ(shown(" <7 mg/dL. "), "<|7|mg/dL");
  EXPECT_EQ(shown("≥ 90 mL/min/1.73m2"), ">=|90|mL/min/1.73m2");
  EXPECT_EQ(shown("0.05g/L"), "|0.05|g/L");
  EXPECT_EQ(shown("4%"), "|4|%");
  EXPECT_EQ(shown("12"), "|12|");
}

TEST(QuantityText, B11_ReadsComparatorsInWords) {
  EXPECT_EQ(shown("LT 7"), "<|7|");
  EXPECT_EQ(shown("GT 45 mg/dL"), ">|45|mg/dL");
  EXPECT_EQ(shown("less than 7 mg/dL"), "<|7|mg/dL");
  EXPECT_EQ(shown("Less than or equal to 7"), "<=|7|");
  EXPECT_EQ(shown("= 7 mg/dL"), "|7|mg/dL");
  EXPECT_EQ(shown("=<7"), "<=|7|");
  for (auto const* text : {"<> 7", "lts 7", "about 7"}) EXPECT_EQ(shown(text), "none") << text;
  fhir::Observation observation;
  observation.quantity = fhir::Quantity{};
  observation.quantity->value = base::Decimal(3, 0);
  observation.quantity->unit = "mg/dL";
  observation.quantity->comparator = "<>";
  EXPECT_FALSE(measured(observation)) << "a sign that is none";
  observation.quantity->comparator = "lt";
  ASSERT_TRUE(measured(observation));
  EXPECT_EQ(measured(observation)->comparator, "<");
}

TEST(QuantityText, B11_UnitsByText) {
  struct Spelling {
    char const* printed;
    char const* unit;
  };
  for (auto const& [printed, unit] : std::vector<Spelling>{{"micromol/L", "umol/L"},
                                                           {"mcmol/L", "umol/L"},
                                                           {"\xC2\xB5mol/L", "umol/L"},
                                                           {"uM", "umol/L"},
                                                           {"micromoles per liter", "umol/L"},
                                                           {"mM", "mmol/L"},
                                                           {"mg/100 mL", "mg/dL"},
                                                           {"mg/100ml", "mg/dL"},
                                                           {"mg%", "mg/dL"},
                                                           {"mg %", "mg/dL"},
                                                           {"milligrams/deciliter", "mg/dL"},
                                                           {"MG/DL", "mg/dL"},
                                                           {"gm/L", "g/L"},
                                                           {"grams per litre", "g/L"}}) {
    fhir::Quantity quantity;
    quantity.unit = printed;
    EXPECT_TRUE(in_unit(quantity, unit)) << printed;
    EXPECT_FALSE(in_unit(quantity, "mg")) << printed;
  }
}

TEST(QuantityText, DoesNotGuessANumber) {
  for (auto const* text : {"", "positive", "mg/dL 7", "<", ".5", "-3 mg/dL", "1.2.3 mg/dL"})
    EXPECT_EQ(shown(text), "none") << text;
}

TEST(QuantityText, ReadsANumberInTheNameOnlyWhereThereIsNoValue) {
  fhir::Observation observation;
  observation.code.text = "IgA 145 mg/dL";
  ASSERT_TRUE(measured(observation));
  EXPECT_EQ(measured(observation)->value->text(), "145");
  observation.value_text = "see report";
  EXPECT_FALSE(measured(observation));
}

TEST(QuantityText, UnitsAreComparedWithoutTheirSpelling) {
  fhir::Quantity quantity;
  quantity.unit = "ml/min/1.73 m²";
  EXPECT_TRUE(in_unit(quantity, "mL/min/{1.73_m2}"));
  quantity.unit = "µmol/L";
  EXPECT_TRUE(in_unit(quantity, "umol/L"));
  EXPECT_FALSE(in_unit(quantity, "mmol/L"));
  quantity = {};
  EXPECT_FALSE(in_unit(quantity, "mg/dL")) << "a missing unit is no unit";
}

}  // namespace
}  // namespace ivig::advice
