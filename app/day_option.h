#pragma once
// The option --date of several commands.

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace ivig::app {

/// The day that was named; nullopt when none was. Errors: invalid_value for anything but a whole date.
[[nodiscard]] base::Result<std::optional<base::Day>> read_day_option(std::string const& date);

}  // namespace ivig::app
