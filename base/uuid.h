#pragma once
// Identifiers of cards and suggestions.

#include <string>
#include <string_view>

namespace ivig::base {

/// A name-based UUID (RFC 9562 version 8 over SHA-256) in lower-case hyphenated form: equal names give equal
/// uuids, so a re-delivered hookInstance gets the same cards. REQ CARD-01, REQ-15
[[nodiscard]] std::string uuid_from_name(std::string_view name);

/// SHA-256 as lower-case hexadecimal: the digest of the rule set.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace ivig::base
