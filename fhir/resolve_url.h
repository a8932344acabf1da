#pragma once
// References in links, made absolute.

#include <string>
#include <string_view>

namespace ivig::fhir {

/// `reference` as seen from `page`: RFC 3986 5.2, for hierarchical URLs. Bytes that no URL may hold although servers
/// write them ('|', blanks, quotes, braces, letters beyond ASCII) are percent-encoded; control characters stay, for
/// parse_web_address to refuse. `page` may be relative itself: then the result is.
[[nodiscard]] std::string resolved_url(std::string_view page, std::string_view reference);

}  // namespace ivig::fhir
