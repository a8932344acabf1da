#pragma once
// What a review of many orders is told, and the limits it keeps.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "batch/problem_log.h"
#include "fhir/read_limits.h"

namespace ivig::batch {

/// Every bound on memory has a name. None depends on how much is reviewed.
struct Limits {
  std::size_t chunk_bytes = 1U << 20U;                ///< read at once by one thread
  std::size_t chunk_lines = 4096;                     ///< most lines of a chunk: what is noted of each is bounded too
  std::size_t line_bytes = 16U << 20U;                ///< longest line, and longest file that is one document
  std::size_t patient_bytes = 64U << 20U;             ///< the record of one patient
  std::size_t partition_bytes = 1U << 20U;            ///< aim for what one thread sorts by patient in memory at a time
  std::size_t partitions = 480;                       ///< most files open at once while sorting
  std::size_t patient_marks = std::size_t{1} << 26U;  ///< bits; which patients have an IVIG order
  std::size_t drug_bytes = 256U << 10U;               ///< of orders' drugs that a thread remembers
  unsigned json_depth = 64;
  fhir::ReadLimits read;  ///< of one case, and of one patient's record
  ProblemLimits problems;
};

enum class Format : std::uint8_t { ndjson, csv, html };

struct Options {
  std::vector<std::string> paths;  ///< files, folders, or "-" for standard input
  Format format = Format::ndjson;
  unsigned jobs = 1;
  std::optional<base::Day> as_of;     ///< a day that was named: requests and Bundles are read as they stood then
  base::Day today;                    ///< the day of requests, and of orders without a date of their own
  std::filesystem::path work_folder;  ///< where an export is sorted
  std::string evidence_url;           ///< html: of a server whose evidence pages are linked to; may be empty
  bool progress = false;              ///< standard error is a terminal
  Limits limits;
};

}  // namespace ivig::batch
