#pragma once
// The report as HTML: no script, no address that is loaded, readable in light and dark, on a phone and on paper.

#include <string>

#include "batch/report.h"

namespace ivig::batch {

[[nodiscard]] std::string report_page(Report const& report, ReportRun const& run);

}  // namespace ivig::batch
