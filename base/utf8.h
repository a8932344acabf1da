#pragma once
// Well-formed UTF-8.

#include <cstddef>
#include <string_view>

namespace ivig::base {

/// Length of the well-formed multi-byte UTF-8 sequence at `i`; 0 if there is none. Surrogates and overlong forms are
/// none.
[[nodiscard]] std::size_t utf8_sequence(std::string_view text, std::size_t i);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace ivig::base
