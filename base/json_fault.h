#pragma once
// What is wrong with a text that is no JSON: slow, exact, and asked for only then.

#include <optional>
#include <string>
#include <string_view>

#include "base/json_body.h"

namespace ivig::base {

/// Why `text` is no JSON text, by RapidJSON's reading (RFC 8259) and the limits: not_json or too_deep, with the byte
/// offset. Nothing when it is one up to a number out of range.
[[nodiscard]] std::optional<Error> json_fault(std::string_view text, JsonLimits const& limits);

/// A low surrogate escape without a high one before it: no character of any text.
[[nodiscard]] bool has_lone_low_surrogate(std::string_view text);

/// The same JSON text with every number beyond the range of double as +-1e308, a number still, with no usable value
/// (Decimal refuses it): without this one absurd number would refuse the whole text. Integers beyond 64 bits
/// are written as doubles.
[[nodiscard]] std::string with_numbers_in_range(std::string_view text);

}  // namespace ivig::base
