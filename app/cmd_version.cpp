// ivig-cds version

#include <iostream>

#include "app/commands.h"
#include "rules/rule_set.h"

namespace ivig::app {

int run_version(std::string const& rules) {
  std::cout << "ivig-cds " << IVIG_VERSION << "\n";
  auto loaded = rules::RuleSet::load(rules_folder(rules, ""));
  if (!loaded) {
    std::cerr << "ivig-cds: " << loaded.error().where << ": " << loaded.error().detail << "\n";
    return 2;
  }
  std::cout << "rules " << loaded->version << " " << loaded->sha256 << "\n";
  std::cout << "build " << IVIG_BUILD << "\n";
  return 0;
}

}  // namespace ivig::app
