#pragma once
// Media types and CORS: pure functions over header values.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ivig::server {

/// True when a Content-Type names JSON: application/json or application/fhir+json, any case, any parameters (HTTP-04).
/// An absent header is taken for JSON.
[[nodiscard]] bool is_json_content(std::string_view content_type);

/// True when a Content-Encoding leaves the body as it is: "identity", in any case, or nothing. RFC 9110 8.4
[[nodiscard]] bool is_identity_coding(std::string_view content_encoding);

/// True when an Accept header allows `type` ("application/json"); an absent header allows everything (HTTP-05).
[[nodiscard]] bool accepts(std::string_view accept, std::string_view type);

/// True when `first` is preferred to `second` by an Accept header: it has the higher quality or, of equal quality, is
/// named at least as closely (so that "application/json, */*" prefers JSON). Where the header is indifferent: true.
[[nodiscard]] bool prefers(std::string_view accept, std::string_view first, std::string_view second);

/// The path with doubled slashes and a trailing slash removed (DISC-14).
[[nodiscard]] std::string normalised_path(std::string_view path);

/// CORS headers for a request from `origin`: none when it is not listed; `*` in the list allows any origin and is
/// answered with `*`. Never credentials (CORS-02..05).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> cors_headers(std::vector<std::string> const& allowed,
                                                                            std::string_view origin, bool preflight);

}  // namespace ivig::server
