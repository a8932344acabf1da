#pragma once
// W3C Trace Context: one id for a call across systems.

#include <optional>
#include <string>
#include <string_view>

namespace ivig::server {

/// The trace id, 32 lower-case hexadecimal digits, of a `traceparent` header ("00-TRACE-PARENT-FLAGS"); nullopt when
/// the header is not well-formed, or an id is all zeros. Later versions are read as far as version 00 goes.
[[nodiscard]] std::optional<std::string_view> trace_id(std::string_view traceparent);

/// The header for calls made on behalf of the one that brought `traceparent`: the same trace and flags, with `span_id`
/// (16 hexadecimal digits, not all zeros) as the new parent; empty when the header is not well-formed.
[[nodiscard]] std::string outbound_traceparent(std::string_view traceparent, std::string_view span_id);

}  // namespace ivig::server
