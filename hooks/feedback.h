#pragma once
// POST {service}/feedback: what the clinician did with cards. REQ FDBK-01..FDBK-13

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json_body.h"
#include "base/result.h"
#include "store/records.h"

namespace ivig::hooks {

/// The entries of one call that can be used, and how many could not be.
struct FeedbackCall {
  std::vector<store::FeedbackRecord> entries;
  std::size_t rejected = 0;                   ///< entries that could not be
  std::optional<base::Error> first_rejected;  ///< of the first of them: which member, and why; no patient data
};

/// Reads a feedback body. Errors (400): no object, no array `feedback`, or entries of which none can be used (FDBK-02,
/// FDBK-10); too_large: more than `most` entries, of which none is taken then. An empty array is fine. An outcome that
/// is later than `received` and `skew` by more than 14 hours cannot be used: it has not happened yet.
[[nodiscard]] base::Result<FeedbackCall> read_feedback(base::Json const& body, std::string_view client,
                                                       store::Time received, std::size_t most,
                                                       std::chrono::seconds skew);

}  // namespace ivig::hooks
