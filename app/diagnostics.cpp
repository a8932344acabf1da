#include "app/diagnostics.h"

#include <iostream>

#include "base/printable.h"

namespace ivig::app {

void complain(std::string_view where, std::string_view what) {
  std::string const line =
      "ivig-cds: " + base::printable(where) + (where.empty() ? "" : ": ") + base::printable(what) + "\n";
  std::cerr << line << std::flush;
}

int refuse(base::Error const& error) {
  complain(error.where, error.detail);
  return 2;
}

}  // namespace ivig::app
