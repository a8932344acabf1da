#pragma once
// The one way text gets into a page.

#include <string>
#include <string_view>

namespace ivig::base {

/// `text` for an element or an attribute in double quotes.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace ivig::base
