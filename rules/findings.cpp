#include "rules/findings.h"

#include <algorithm>

namespace ivig::rules {

Indicator combine_indicator(Findings const& findings) {
  Indicator highest = findings.stance_indicator;
  for (auto const* coded : {&findings.dose, &findings.safety}) {
    for (auto const& finding : *coded) highest = std::max(highest, finding.indicator);
  }
  return highest;
}

}  // namespace ivig::rules
