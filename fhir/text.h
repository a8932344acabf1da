#pragma once
// Free text as words: case, accents and apostrophes do not matter; hyphen, slash and space are alike; a plural s
// is dropped. What phrases of value sets and facts are compared by.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ivig::fhir {

/// One word of a text.
struct Token {
  std::string folded;          ///< lower case without accents, plural s dropped
  std::string_view written;    ///< as it stands in the text
  std::size_t offset = 0;      ///< bytes from the start of the text
  bool breaks_before = false;  ///< a full stop, semicolon or line break stands before it
  bool colon_before = false;   ///< a colon stands before it: "Rule out: X", and the titer 1:640
  bool comma_before = false;   ///< a comma or opening bracket stands before it
};

/// Splits `text` into words. Tokens hold views into `text`. A question mark becomes a token of its own ("?").
[[nodiscard]] std::vector<Token> tokenize(std::string_view text);

/// The words of `text` folded and joined by single spaces, plural s kept: for prefix comparison of exclusions.
[[nodiscard]] std::string folded_text(std::string_view text);

}  // namespace ivig::fhir
