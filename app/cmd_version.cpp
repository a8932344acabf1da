// ivig-cds version

#include <iostream>

#include "app/commands.h"
#include "app/diagnostics.h"
#include "rules/rule_set.h"

namespace ivig::app {

int run_version(std::string const& rules) {
  std::cout << "ivig-cds " << IVIG_VERSION << "\n";
  auto loaded = rules::RuleSet::load(rules_folder(rules, ""));
  if (!loaded) return refuse(loaded.error());
  std::cout << "rules " << loaded->version << " " << loaded->sha256 << "\n";
  std::cout << "build " << IVIG_BUILD << "\n";
  return 0;
}

}  // namespace ivig::app
