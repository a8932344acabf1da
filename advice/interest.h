#pragma once
// Whether a call asks for advice at all: what is not asked about needs no further data.

#include "advice/decide.h"

namespace ivig::advice {

enum class Interest {
  none,        ///< no order of intravenous immune globulin
  unresolved,  ///< none, as far as can be seen: a live order's Medication is not here
  ivig,
};
[[nodiscard]] Interest interest_of(DecideInput const& input);

}  // namespace ivig::advice
