#pragma once
// GET /openapi.json: what the service listener offers, in the words of OpenAPI 3.1.

#include <string_view>

namespace ivig::app {

/// The bytes of app/openapi.json, built into the program. tests/conformance/openapi_test.py holds the server to it.
[[nodiscard]] std::string_view openapi_document();

}  // namespace ivig::app
