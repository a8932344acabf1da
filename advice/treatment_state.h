#pragma once
// How a treatment went. "Possible", planned, cancelled and entered-in-error treatments are never prior treatments.

#include <bitset>
#include <cstdint>
#include <string_view>

namespace ivig::advice {

enum class TreatmentState : std::uint8_t {
  tried,
  completed,
  ongoing,
  responded,
  failed,
  not_tolerated,
  contraindicated,
  planned,
  not_tried,    ///< said not to have been given: declined, never started
  unavailable,  ///< cannot be had: not in stock, not covered, no access
  interrupted   ///< begun and not carried through
};
using TreatmentStates = std::bitset<11>;

/// The state named in a rule ("not-tolerated"); the rule set has been checked, so it is always one.
[[nodiscard]] TreatmentState treatment_state(std::string_view name);

}  // namespace ivig::advice
