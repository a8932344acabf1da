#pragma once
// Charts as inline SVG, for the console and for the report of a review: each has a name for those who do not see it,
// and its numbers also stand in tables beside it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule_set.h"

namespace ivig::web {

/// By stance: [0] where no row applies, then rules::Stance in its order.
using StanceCounts = std::array<std::uint64_t, 6>;

/// How much orders give in one course or cycle, in steps of kStep g/kg; the last holds all above.
struct DoseCounts {
  static constexpr double kStep = 0.2;
  static constexpr std::size_t kSteps = 21;
  std::array<std::uint64_t, kSteps> course{}, cycle{};
  std::uint64_t not_known = 0;

  /// `g_per_kg`: below zero when not known. `repeated`: of one cycle of repeats.
  void add(double g_per_kg, bool repeated);
};

/// "not recommended"; [0] is "no recommendation applies".
[[nodiscard]] std::string_view stance_words(std::size_t stance);

/// What the colours of stances stand for.
[[nodiscard]] std::string stance_legend();

/// One bar, cut by stance; its whole length is `most`.
[[nodiscard]] std::string stance_bar(StanceCounts const& counts, std::uint64_t most);

/// A column a month (or year), stacked by stance.
[[nodiscard]] std::string month_chart(std::vector<std::pair<std::string, StanceCounts>> const& columns);

/// A range of doses in g/kg.
struct DoseRange {
  double least = 0, most = 0;
};

/// What the row's source gives for one course; for one cycle of repeats. nullopt where it says nothing of it.
[[nodiscard]] std::optional<DoseRange> course_range(rules::Row const& row);
[[nodiscard]] std::optional<DoseRange> cycle_range(rules::Row const& row);

/// Orders by dose with the encoded range behind them.
[[nodiscard]] std::string dose_chart(std::string_view name, std::array<std::uint64_t, DoseCounts::kSteps> const& counts,
                                     std::optional<DoseRange> const& range);

}  // namespace ivig::web
