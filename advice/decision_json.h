#pragma once
// A decision as the JSON of `ivig-cds check --format json` (the interface contract, section 2).

#include <string>

#include "advice/decide.h"
#include "advice/skipped.h"
#include "base/json_write.h"

namespace ivig::advice {

/// How the indication was established: reason, inferred, outside, unmatched, none.
[[nodiscard]] std::string_view source_word(rules::IndicationSource source);

/// Writes one decision object.
void write_decision(base::JsonWriter& json, Knowledge const& knowledge, Decision const& decision);

/// {"rules": {...}, "decisions": [...], "skipped": [{"order", "why"}]}
[[nodiscard]] std::string decisions_json(Knowledge const& knowledge, std::vector<Decision> const& decisions,
                                         std::vector<SkippedOrder> const& skipped);

}  // namespace ivig::advice
