#pragma once
// What a command says on standard error.

#include <string_view>

#include "base/result.h"

namespace ivig::app {

/// Writes one line, "ivig-cds: WHERE: WHAT", or without WHERE when it is empty. Both may hold foreign text: whatever
/// would begin another line or steer the terminal is escaped.
void complain(std::string_view where, std::string_view what);

/// Complains of the error and returns the exit code for unusable input, 2.
int refuse(base::Error const& error);

}  // namespace ivig::app
