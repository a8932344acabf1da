#pragma once
// When the certificates of a file end.

#include <filesystem>

#include "base/clock.h"
#include "base/result.h"

namespace ivig::certs {

/// The earliest end of validity of the certificates in a PEM file: of a chain, the link that breaks first.
/// Errors: io (unreadable), invalid_value (no certificate in it).
[[nodiscard]] base::Result<base::Now> first_expiry(std::filesystem::path const& file);

}  // namespace ivig::certs
