#pragma once
// The quick way of JsonGlance: one walk over a JSON text that checks it and notes where its top members stand.

#include <cstddef>
#include <string_view>
#include <vector>

namespace ivig::base {

/// A top member as it is written.
struct WrittenMember {
  std::string_view name;   ///< between the quotes; has no escapes
  std::string_view value;  ///< the JSON text of the value
  bool escaped = false;    ///< the value has a backslash somewhere: its bytes are not its letters
};

/// Reusable; one per thread. Takes only what needs no thought: every text that it takes is well-formed JSON (RFC 8259,
/// UTF-8), and most lines of real exports are such. What it does not take (\u escapes, exponents, integers of more than
/// 18 digits, depths beyond kDepth, escaped names at the top) may be well-formed or not: ask a parser.
class JsonGlanceScan {
 public:
  /// Bytes behind a text that must be readable; what they hold does not matter.
  static constexpr std::size_t kReach = 64;
  /// Deepest nesting of objects and arrays.
  static constexpr unsigned kDepth = 32;

  /// True when `text` is one JSON object of the plain kind, with nothing before or behind it.
  [[nodiscard]] bool read(std::string_view text);
  /// The members of the object read last, in the order of the text; duplicates stay. Views into the text.
  [[nodiscard]] std::vector<WrittenMember> const& members() const { return members_; }

 private:
  struct Walk;
  std::vector<WrittenMember> members_;
};

}  // namespace ivig::base
