#pragma once
// The owner of one JSON text: bytes as received, the parsed document, and the memory of both.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_tree.h"
#include "base/json_value.h"
#include "base/result.h"

namespace ivig::base {

/// Limits of one JSON text; the configuration names are limits.body_bytes and limits.json_depth.
struct JsonLimits {
  std::size_t bytes = 16 * 1024 * 1024;
  unsigned depth = 64;
};

/// A parsed JSON text and everything its values point into.
///
///   Result<std::unique_ptr<JsonBody>> body = JsonBody::parse(std::move(bytes), limits);
///   Json const& root = (*body)->root();
///
/// Lifetime: every Json reference and every string_view read from it lives as long as the JsonBody.
/// Thread safety: distinct objects are independent; one object is immutable after parse.
class JsonBody {
 public:
  /// The parser reads so far past the end: a text whose capacity has that room is not copied.
  static constexpr std::size_t kPadding = JsonTree::kPadding;

  /// Parses UTF-8 JSON (RFC 8259). Errors: not_json (with byte offset), too_large, too_deep.
  /// A NUL byte, a byte order mark, a lone surrogate and trailing content are not_json. REQ HTTP-02, HTTP-10
  /// Numbers are exact integers where they fit 64 bits, else the nearest double; one beyond the range of double reads
  /// as +-1e308, a number that Decimal refuses.
  [[nodiscard]] static Result<std::unique_ptr<JsonBody>> parse(std::string bytes, JsonLimits const& limits);

  JsonBody(JsonBody const&) = delete;
  JsonBody& operator=(JsonBody const&) = delete;

  [[nodiscard]] Json const& root() const { return tree_.root(); }
  /// The bytes as they came: what an `update` action splices from, so that decimals keep their text. REQ HTTP-11
  [[nodiscard]] std::string_view wire() const { return wire_; }

 private:
  explicit JsonBody(std::string bytes) : wire_(std::move(bytes)) {}

  std::string wire_;
  JsonTree tree_;
};

}  // namespace ivig::base
