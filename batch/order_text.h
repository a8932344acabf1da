#pragma once
// One decision as the text of an output format.

#include <optional>
#include <string>
#include <string_view>

#include "advice/decide.h"
#include "batch/options.h"

namespace ivig::batch {

/// Where the order stands in the input.
struct Origin {
  std::string_view file;
  std::uint64_t line = 0;
};

/// NDJSON: the decision object of `check --format json` with "source" and, where the order tells it, "authored". CSV:
/// one record as csv_header names its fields (RFC 4180). HTML: what the report page needs (report_order.h). Without the
/// line's end.
[[nodiscard]] std::string order_text(Format format, advice::Knowledge const& knowledge,
                                     advice::Decision const& decision, Origin const& origin);

[[nodiscard]] std::string_view csv_header();

/// "2025-03-02"
[[nodiscard]] std::string day_text(base::Day day);

}  // namespace ivig::batch
