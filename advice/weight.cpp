#include "advice/weight.h"

#include <algorithm>

#include "fhir/units.h"

namespace ivig::advice {
namespace {

using base::Decimal;

constexpr Decimal kPoundsPerKg(220462, 5);

struct Candidate {
  BodyWeight weight;
  std::optional<base::Instant> at;
  std::optional<Decimal> printed;  ///< kg, by the printed unit, where the code says another
  std::string shown;
};

/// Weights that are recent enough, in the order of the list.
std::vector<Candidate> candidates(Knowledge const& knowledge, std::vector<ResultStatement> const& results,
                                  base::Day today) {
  auto const& rules = knowledge.rules.dose;
  std::vector<Candidate> found;
  for (auto const& result : results) {
    auto const& observation = *result.observation;
    if (observation.pending || !observation.quantity) continue;
    auto const* match = result.statement.match(knowledge.products.weight);
    auto const kg = fhir::kilograms(*observation.quantity);
    if (match == nullptr || match->broader || !kg) continue;
    auto const& day = observation.effective;
    if (day && (today - *day > std::chrono::days(rules.weight_days) || *day > today + std::chrono::days(1))) continue;
    bool const named = !day || today - *day > std::chrono::days(rules.weight_named_after_days);
    auto const printed = fhir::as_printed(*observation.quantity);
    found.push_back({BodyWeight{kg->rounded(3), day, named, observation.path}, observation.at,
                     printed ? fhir::kilograms(*printed) : std::nullopt, shown(result)});
  }
  return found;
}

/// The later of two; of two at one moment the first in the list: searches are sorted newest first.
bool earlier(Candidate const* a, Candidate const* b) { return a->at < b->at; }

bool differ_by_share(Decimal a, Decimal b, Decimal share) {
  Decimal const most = std::max(a, b);
  return most * share < most - std::min(a, b);
}

/// One number in pounds, the other in kilograms: within a hundredth.
bool pounds_for_kilograms(Decimal a, Decimal b) {
  Decimal const ratio = (std::max(a, b) / std::min(a, b)).rounded(6);
  return !differ_by_share(ratio, kPoundsPerKg, Decimal(1, 2));
}

}  // namespace

WeightReading body_weight(Knowledge const& knowledge, std::vector<ResultStatement> const& results, bool adult,
                          base::Day today) {
  auto const& rules = knowledge.rules.dose;
  std::vector<Candidate> const found = candidates(knowledge, results, today);
  if (found.empty()) return {};
  std::vector<Candidate const*> by_time;
  by_time.reserve(found.size());
  for (auto const& candidate : found) by_time.push_back(&candidate);
  Candidate const& latest = **std::max_element(by_time.begin(), by_time.end(), earlier);
  auto possible = [&](Decimal kg) { return rules.weight_least <= kg && kg <= rules.weight_most; };
  Candidate const* before = nullptr;  ///< the latest of the others that is possible and another number
  for (auto const& candidate : found) {
    bool const other =
        &candidate != &latest && possible(candidate.weight.kg) && !(candidate.weight.kg == latest.weight.kg);
    if (other && (before == nullptr || before->at < candidate.at)) before = &candidate;
  }

  std::optional<BodyWeight> other = before != nullptr ? std::optional(before->weight) : std::nullopt;
  bool doubted = !possible(latest.weight.kg);
  if (latest.printed) {
    doubted = true;
    other = latest.weight;
    other->kg = latest.printed->rounded(3);
  }
  if (before != nullptr) {
    bool const near = latest.at && before->at && *latest.at - *before->at <= std::chrono::days(rules.weight_jump_days);
    bool const jump = adult && near && differ_by_share(latest.weight.kg, before->weight.kg, rules.weight_jump_share);
    doubted = doubted || jump || pounds_for_kilograms(latest.weight.kg, before->weight.kg);
  }
  if (!doubted) return {latest.weight, std::nullopt};
  WeightReading reading{latest.weight, WeightDoubt{latest.shown, other}};
  if (!possible(latest.weight.kg)) reading.weight.reset();
  return reading;
}

}  // namespace ivig::advice
