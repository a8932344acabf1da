#pragma once
// ivig-cds review: what the command line says.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ivig::app {

struct ReviewOptions {
  std::string rules;
  std::string format = "ndjson";     ///< ndjson | csv | html
  unsigned jobs = 0;                 ///< threads; 0 = one per core
  std::string date;                  ///< the day of requests and undated orders; empty = today
  std::string work_folder;           ///< where an export is sorted; empty = TMPDIR
  std::string evidence_url;          ///< html: a server whose evidence pages are linked to
  std::string problems;              ///< a file for every problem; empty = none
  std::uint64_t show_problems = 20;  ///< of one file, on standard error
  std::size_t line_bytes = std::size_t{16} << 20U;
  std::size_t patient_bytes = std::size_t{64} << 20U;
  std::vector<std::string> paths;
};

/// Exit 0 all was read, 2 something could not be read (the rest was reviewed) or written.
[[nodiscard]] int run_review(ReviewOptions const& options);

}  // namespace ivig::app
