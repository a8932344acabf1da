#pragma once
// The value sets of a rule set as a closed world: whatever stands in them is known by its name, has its shape and says
// where it comes from. Loading reads what it knows; this finds what loading would pass over in silence.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json_body.h"

namespace ivig::fhir {

struct ValueSetFault {
  std::string file;
  std::size_t line = 1;  ///< from 1
  std::string detail;    ///< what is wrong, and the nearest right spelling
  bool error = true;     ///< false: worth knowing
};

/// Faults of one file, in its order: unknown members, extensions, code systems and values, codes without the shape or
/// the check digit of their system, codes without a mark of verification or a verified one without a source, text where
/// a number belongs. `ids`: of all sets, for those that it names.
[[nodiscard]] std::vector<ValueSetFault> check_value_set(base::JsonBody const& body, std::string const& file,
                                                         std::vector<std::string> const& ids);

/// All *.json of `folder`. Files that are no JSON are left to load_value_sets.
[[nodiscard]] std::vector<ValueSetFault> check_value_sets(std::filesystem::path const& folder);

}  // namespace ivig::fhir
