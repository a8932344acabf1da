#pragma once
// Records as one line of JSON each: what the spool holds.

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "store/records.h"

namespace ivig::store {

using SpooledRecord = std::variant<DecisionRecord, FeedbackRecord>;

/// One JSON object without a line feed.
[[nodiscard]] std::string record_line(DecisionRecord const& decision);
[[nodiscard]] std::string record_line(FeedbackRecord const& entry);

/// The record of such a line. Errors: those of JsonBody::parse, and invalid_value.
[[nodiscard]] base::Result<SpooledRecord> parse_record_line(std::string_view line);

}  // namespace ivig::store
