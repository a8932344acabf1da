#pragma once
// A dose phase in one line, for comparison in tests.

#include <string>

#include "fhir/dosage.h"

namespace ivig::fhir {

inline std::string shown(DecimalRange const& range) {
  std::string low = range.low.short_text();
  return range.low == range.high ? low : low + "-" + range.high.short_text();
}

/// "2 g/kg whole days 5 every 40320 cycles 3"
inline std::string shown(DosePhase const& phase) {
  std::string out;
  auto add = [&](std::string const& part) { out += (out.empty() ? "" : " ") + part; };
  if (phase.amount.g) add(shown(*phase.amount.g) + " g");
  if (phase.amount.g_per_kg) add(shown(*phase.amount.g_per_kg) + " g/kg");
  if (phase.amount.ml) add(shown(*phase.amount.ml) + " mL");
  if (phase.amount.ml_per_kg) add(shown(*phase.amount.ml_per_kg) + " mL/kg");
  add(phase.of == AmountOf::day ? "day" : phase.of == AmountOf::whole ? "whole" : "each");
  if (phase.days) add("days " + shown(*phase.days));
  if (phase.times) add("times " + phase.times->short_text());
  if (phase.every) add("every " + shown(*phase.every));
  if (phase.cycles) add("cycles " + phase.cycles->short_text());
  return out;
}

}  // namespace ivig::fhir
