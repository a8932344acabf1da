#include "rules/findings.h"

#include <algorithm>

namespace ivig::rules {

void add_missing(Findings& findings, Missing missing) {
  bool const listed = std::any_of(findings.missing.begin(), findings.missing.end(),
                                  [&](Missing const& known) { return known.fact == missing.fact; });
  if (!listed) findings.missing.push_back(std::move(missing));
}

Indicator combine_indicator(Findings const& findings) {
  Indicator highest = findings.stance_indicator;
  for (auto const* coded : {&findings.dose, &findings.safety}) {
    for (auto const& finding : *coded) highest = std::max(highest, finding.indicator);
  }
  return highest;
}

}  // namespace ivig::rules
