#pragma once
// A Bulk Data export, whose lines come in any order and do not fit in memory (docs/batch.md): the lines of patients
// with an IVIG order are dealt out to files by patient, each file is sorted in memory, and the results are merged.

#include <functional>
#include <vector>

#include "batch/line_index.h"
#include "batch/marks.h"
#include "batch/patient_review.h"
#include "batch/spill.h"

namespace ivig::batch {

/// What the first pass leaves behind.
struct SurveyedExport {
  LineIndex& index;
  Marks const& ivig_patients;
  bool has_medications = false;
};

/// Calls `done(part, whole)` now and then, in units of its own. Returns results in runs for merge().
/// Throws std::system_error when the disk refuses.
[[nodiscard]] std::vector<OutcomeRun> review_export(ReviewContext const& context, SurveyedExport const& surveyed,
                                                    std::function<void(double part, double whole)> const& done);

}  // namespace ivig::batch
