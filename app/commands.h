#pragma once
// The commands of ivig-cds. Each returns the exit code; results go to standard output, diagnostics to standard error.

#include <string>
#include <vector>

namespace ivig::app {

struct CheckOptions {
  std::string config;
  std::string rules;
  std::string format = "text";  ///< text | json | cards
  std::string fail_on;          ///< warning | critical | empty
  std::vector<std::string> files;
};

/// Exit 0 evaluated, 1 when --fail-on was reached, 2 unreadable input.
[[nodiscard]] int run_check(CheckOptions const& options);

struct ReviewOptions {
  std::string rules;
  std::string format = "ndjson";  ///< ndjson | csv | html
  unsigned jobs = 0;              ///< threads; 0 = one per core
  std::string date;               ///< the day of requests and undated orders; empty = today
  std::string work_folder;        ///< where an export is sorted; empty = TMPDIR
  std::string evidence_url;       ///< html: a server whose evidence pages are linked to
  std::size_t line_bytes = std::size_t{16} << 20U;
  std::size_t patient_bytes = std::size_t{64} << 20U;
  std::vector<std::string> paths;
};

/// Exit 0 all was read, 2 something could not be read (the rest was reviewed) or written.
[[nodiscard]] int run_review(ReviewOptions const& options);

struct RulesOptions {
  std::string action;  ///< lint | list | show | test
  std::string id;
  std::string rules;
};
[[nodiscard]] int run_rules(RulesOptions const& options);

[[nodiscard]] int run_serve(std::string const& config);
[[nodiscard]] int run_certs_dev(std::string const& folder);
[[nodiscard]] int run_version(std::string const& rules);

/// The rules folder: what was named, else that of the configuration, else "rules" here or beside the executable.
[[nodiscard]] std::string rules_folder(std::string const& named, std::string const& config);

}  // namespace ivig::app
