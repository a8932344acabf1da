#pragma once
// Connections need file descriptors: how many there may be, and how many connections that carries.

#include <cstddef>

#include "base/result.h"

namespace ivig::app {

/// Raises the soft limit on open files towards `wanted`, as far as the hard one lets it; returns what is allowed now.
[[nodiscard]] std::size_t raise_file_limit(std::size_t wanted);

/// What is wanted for so many connections of each listener: beside them stand files, and connections to FHIR servers.
[[nodiscard]] std::size_t files_wanted(std::size_t connections, std::size_t listeners);

/// Connections that each listener can be allowed out of `allowed` open files, at most `wanted`. Errors: invalid_config
/// with the numbers, where there are too few files to serve at all.
[[nodiscard]] base::Result<std::size_t> connections_allowed(std::size_t wanted, std::size_t listeners,
                                                            std::size_t allowed);

}  // namespace ivig::app
