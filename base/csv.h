#pragma once
// The one way text gets into a CSV file (RFC 4180).

#include <string>
#include <string_view>

namespace ivig::base {

/// `text` as one field: quoted where it has to be. A text that a spreadsheet would take for a formula begins with an
/// apostrophe. Control characters other than tab and line breaks are escaped (base/printable.h).
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace ivig::base
