#pragma once
// The commands of ivig-cds. Each returns the exit code; results go to standard output, diagnostics to standard error.

#include <map>
#include <string>
#include <vector>

namespace ivig::app {

struct CheckOptions {
  std::string config;
  std::string rules;
  std::string format = "text";  ///< text | json | cards
  std::string fail_on;          ///< warning | critical | empty
  std::string date;             ///< the day as of which files are read; empty = today
  std::vector<std::string> files;
};

/// Exit 0 evaluated, 1 when --fail-on was reached, 2 unreadable input.
[[nodiscard]] int run_check(CheckOptions const& options);

struct RulesOptions {
  std::string action;  ///< lint | list | show | test
  std::string id;
  std::string rules;
};
[[nodiscard]] int run_rules(RulesOptions const& options);

struct DecisionsOptions {
  std::string action;  ///< list | show | export | rates
  std::string config;
  std::string id;
  std::string format;                          ///< ndjson | csv | fhir; list: also table (empty)
  std::map<std::string, std::string> filters;  ///< by name, app/decision_filters.h
};
/// Exit 0, or 2 when the store cannot be read or an argument is wrong.
[[nodiscard]] int run_decisions(DecisionsOptions const& options);

[[nodiscard]] int run_serve(std::string const& config);
[[nodiscard]] int run_certs_dev(std::string const& folder);
[[nodiscard]] int run_version(std::string const& rules);

/// The rules folder: what was named, else that of the configuration, else "rules" here or beside the executable.
[[nodiscard]] std::string rules_folder(std::string const& named, std::string const& config);

}  // namespace ivig::app
