#pragma once
// Base64url as JOSE writes it: no padding, no other characters, one spelling per value (RFC 7515 section 2).

#include <optional>
#include <string>
#include <string_view>

namespace ivig::certs {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);

/// nullopt unless `text` is the one canonical spelling: padding, line breaks, the characters of plain base64, a length
/// that no byte count gives and unused bits that are not zero are refused. Two spellings of one signature would be two
/// tokens. REQ JWT-19
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace ivig::certs
