#pragma once
// The examples beside the rules: each is written out as a FHIR R4 Bundle and evaluated like any other input.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "advice/knowledge.h"
#include "base/clock.h"
#include "base/result.h"

namespace ivig::app {

struct ExampleExpectation {
  std::string lead, stance, indicator;           ///< empty: not asserted; stance "none" means no row applies
  std::vector<std::string> recommendations;      ///< must be listed
  std::vector<std::string> safety;               ///< codes of safety findings that must be there
  std::vector<std::string> absent;               ///< rows and safety codes that must not be listed
  std::vector<std::string> missing;              ///< facts that must be asked for
  std::optional<std::vector<std::string>> dose;  ///< exactly these dose findings; not asserted when absent
};

struct RuleExample {
  std::string id;
  std::string file;
  std::string bundle;  ///< the FHIR Bundle as JSON text
  ExampleExpectation expect;
};

/// Reads every example file. Errors name file and example.
[[nodiscard]] base::Result<std::vector<RuleExample>> load_examples(rules::RuleSet const& rules, base::Day today);

/// Empty when the example holds, else what differs.
[[nodiscard]] std::string run_example(advice::Knowledge const& knowledge, RuleExample const& example, base::Day today);

}  // namespace ivig::app
