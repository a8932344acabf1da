#pragma once
// What order systems and prescribers write around a dose: forms, plurals in brackets, start times, the weight that a
// dose was calculated with. Internal to fhir/.

#include <vector>

#include "fhir/dose_words.h"

namespace ivig::fhir {

/// The words of one sentence in the forms that the reader of doses knows: "5 dose(s)" is "5 doses", "Duration: 5
/// day(s)" is "for 5 days", "5/7" is "5 days"; what says nothing about how much or how often is left out: "Soln, IV
/// Piggyback", "(0.4 g/kg x 68 kg)" without its weight, "First dose on ... at 0900", "(rounded to nearest vial)".
/// Whatever else stands there stays, and is for the reader to understand or not.
[[nodiscard]] std::vector<DoseWord> without_order_furniture(std::vector<DoseWord> const& words);

}  // namespace ivig::fhir
