#pragma once
// All IVIG orders of one patient of an export, each decided on with the record as it stood on the order's day.

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "advice/knowledge.h"
#include "base/json_body.h"
#include "batch/line_source.h"
#include "batch/options.h"
#include "batch/spill.h"
#include "batch/survey.h"

namespace ivig::batch {

/// One line of a patient's record.
struct RecordLine {
  Place place;
  std::string_view text;  ///< one well-formed JSON object
};

/// Medications by id, those that the records at hand refer to.
using Medications = std::unordered_map<std::string_view, base::Json const*>;

/// What a review of patients needs besides their lines. All of it outlives the review.
struct ReviewContext {
  advice::Knowledge const& knowledge;
  Options const& options;
  std::vector<InputFile> const& files;
  KindsSeen kinds;
};

/// Appends a result for every IVIG order among `lines`, which are those of one patient (or of several whose ids have
/// one hash), in no particular order.
void review_patient(ReviewContext const& context, std::span<RecordLine const> lines, Medications const& medications,
                    std::vector<Outcome>& outcomes);

}  // namespace ivig::batch
