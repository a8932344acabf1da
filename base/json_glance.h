#pragma once
// A fast first look at one JSON text: is it well-formed, and what do a few of its top members say? For batch work,
// where most lines of an export are about somebody else and need no document of their own. Plain texts go the quick way
// (JsonGlanceScan), the others through simdjson; both give the same answers.

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/json_glance_scan.h"
#include "base/json_tree.h"

namespace ivig::base {

/// Reusable; one per thread.
///
///   JsonGlance glance;
///   if (glance.read(line)) type = glance.text("resourceType");
///
/// Of duplicate members the first is seen: good enough to sort lines, not to decide on them. What counts is read again
/// through JsonBody.
class JsonGlance {
 public:
  /// Bytes that must be readable behind a text.
  static constexpr std::size_t kPadding = JsonTree::kPadding;

  JsonGlance();
  ~JsonGlance();
  JsonGlance(JsonGlance const&) = delete;
  JsonGlance& operator=(JsonGlance const&) = delete;

  /// True when `text` is one well-formed JSON object, nested at most as deep as JsonLimits allows, with all numbers in
  /// range. False is no verdict: JsonBody::parse has the last word and the reason. `text` must stay while it is asked
  /// about.
  [[nodiscard]] bool read(std::string_view text);
  /// The string member `name` of the object read last; empty when absent or of another type. Valid until the next read.
  [[nodiscard]] std::string_view text(std::string_view name);
  /// `name`.reference, where `name` is an object, an array whose first item is one, or the reference itself.
  [[nodiscard]] std::string_view reference(std::string_view name);
  [[nodiscard]] bool has(std::string_view name);
  /// The top members as they are written; nullptr when the text was not plain enough for the quick way.
  [[nodiscard]] std::vector<WrittenMember> const* written() const;

 private:
  enum class Way { none, quick, careful };
  bool read_carefully(std::string_view text);
  WrittenMember const* quick_answer(std::string_view name);

  struct Parser;
  std::unique_ptr<Parser> parser_;
  JsonGlanceScan scan_, inner_scan_;
  std::string_view text_;
  Way way_ = Way::none;
};

}  // namespace ivig::base
