#include "advice/quantity_text.h"

#include <gtest/gtest.h>

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
