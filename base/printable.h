#pragma once
// Foreign text on one line: names of files and pieces of input in messages, which must not look like another message.

#include <string>
#include <string_view>

namespace ivig::base {

/// `text` with all that steers a terminal or begins a line escaped: control characters (C0, DEL, C1) and bytes that are
/// not UTF-8 as \n, \t, \r or \xHH; line separators and marks of text direction as \u{HHHH}. Characters in `kept` stay.
[[nodiscard]] std::string printable(std::string_view text, std::string_view kept = {});

}  // namespace ivig::base
