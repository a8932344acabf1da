#pragma once
// The charts of the report as inline SVG, each with a title and a description for those who do not see it. Numbers also
// stand in tables beside them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "batch/report.h"

namespace ivig::batch {

/// "not recommended"; [0] is "no recommendation applies".
[[nodiscard]] std::string_view stance_words(std::size_t stance);

/// One bar, cut by stance; its whole length is `most`.
[[nodiscard]] std::string stance_bar(StanceCounts const& counts, std::uint64_t most);

/// A column a month (or year), stacked by stance.
[[nodiscard]] std::string month_chart(std::vector<std::pair<std::string, StanceCounts>> const& columns);

/// A range of doses in g/kg.
struct DoseRange {
  double least = 0, most = 0;
};

/// Orders by dose with the encoded range behind them.
[[nodiscard]] std::string dose_chart(std::string_view name, std::array<std::uint64_t, DoseCounts::kSteps> const& counts,
                                     std::optional<DoseRange> const& range);

}  // namespace ivig::batch
