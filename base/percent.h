#pragma once
// The application/x-www-form-urlencoded form of text, as queries and forms have it (WHATWG URL Standard, section 5).

#include <optional>
#include <string>
#include <string_view>

namespace ivig::base {

/// `text` with "%41" read as "A" and "+" as a space. Nothing when a percent sign has no two hexadecimal digits behind
/// it. Which characters may come out is for the caller to say.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace ivig::base
