#include "advice/weight.h"

#include "fhir/units.h"

namespace ivig::advice {

std::optional<BodyWeight> body_weight(Knowledge const& knowledge, std::vector<ResultStatement> const& results,
                                      base::Day today) {
  auto const& rules = knowledge.rules.dose;
  std::optional<BodyWeight> latest;
  for (auto const& result : results) {
    auto const& observation = *result.observation;
    if (observation.pending || !observation.quantity) continue;
    auto const* match = result.statement.match(knowledge.products.weight);
    auto const kg = fhir::kilograms(*observation.quantity);
    if (match == nullptr || match->broader || !kg) continue;
    auto const& day = observation.effective;
    if (day && (today - *day > std::chrono::days(rules.weight_days) || *day > today + std::chrono::days(1))) continue;
    // Of two weights of one day the first in the list stays: searches are sorted newest first.
    bool const better = !latest || (day && (!latest->measured || *latest->measured < *day));
    if (!better) continue;
    bool const named = !day || today - *day > std::chrono::days(rules.weight_named_after_days);
    latest = BodyWeight{kg->rounded(3), day, named, observation.path};
  }
  return latest;
}

}  // namespace ivig::advice
