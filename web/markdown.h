#pragma once
// The Markdown of cards as HTML.

#include <string>
#include <string_view>

namespace ivig::web {

/// HTML of CommonMark text. HTML in the text is left out, and links that are no http(s) lead nowhere: a card may quote
/// the record, and the record may hold anything. Headings become bold paragraphs, so that a page keeps its outline.
[[nodiscard]] std::string markdown_html(std::string_view text);

}  // namespace ivig::web
