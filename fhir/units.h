#pragma once
// Units of doses, rates and body weight: UCUM codes, and the spellings that people print. A unit that is not listed is
// unknown, never assumed. REQ CTX-12

#include <optional>
#include <string_view>

#include "base/decimal.h"
#include "fhir/chart.h"

namespace ivig::fhir {

enum class Measure : std::uint8_t { mass, volume, time, number };

/// "mg/kg/d": a mass, factor 0.001, for each kg of body weight, for 1440 minutes.
struct Unit {
  Measure measure = Measure::number;
  base::Decimal factor{1, 0};                ///< to g, mL, minutes or 1
  bool per_kg = false;                       ///< for each kg of body weight
  std::optional<base::Decimal> per_minutes;  ///< for this length of time: a daily dose, or a rate
  bool per_course = false;                   ///< "g/kg/course"
  bool per_volume = false;                   ///< "mg/mL": a concentration, no dose
};

/// A UCUM code, letters taken as they stand: "mg" is milligram, "Mg" is nothing here. Annotations ("{dose}") count for
/// nothing but "{course}". UCUM 2.1: a month has 30.4375 days.
[[nodiscard]] std::optional<Unit> ucum_unit(std::string_view code);

/// A printed unit: "gm", "grams/kg", "mg per kg per day"; letters of either case.
[[nodiscard]] std::optional<Unit> printed_unit(std::string_view text);

/// The unit of a quantity: its UCUM code; without one, what is printed. A code that is not UCUM although its system
/// says so ("mcg") is taken only when it is a listed spelling.
[[nodiscard]] std::optional<Unit> unit_of(Quantity const& quantity);

/// A quantity whose printed unit and coded unit are both known and do not mean the same: "lbs" with the code "kg". Then
/// the quantity by the printed one; else nullopt. For which time or course it is meant does not count.
[[nodiscard]] std::optional<Quantity> as_printed(Quantity const& quantity);

/// A body weight in kg; nullopt without value, with a comparator, or in a unit that is no mass.
[[nodiscard]] std::optional<base::Decimal> kilograms(Quantity const& quantity);

}  // namespace ivig::fhir
