#pragma once
// Text for cards: GitHub-Flavored Markdown without HTML, every value of the request made inert. REQ CARD-02, CARD-03

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ivig::advice {

/// `text` with every character that Markdown or HTML gives a meaning escaped, control characters and line breaks as
/// spaces.
[[nodiscard]] std::string escape_markdown(std::string_view text);

/// `text` with control characters and line breaks as spaces, for summaries and labels (plain text, not Markdown).
[[nodiscard]] std::string one_line(std::string_view text);

/// The number of UTF-16 code units of UTF-8 text.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

/// `text` cut at a character boundary to at most `units` UTF-16 code units, ending in an ellipsis when it was cut.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t units);

/// `text` up to the end of its first sentence, without the full stop.
[[nodiscard]] std::string first_sentence(std::string_view text);

/// What stands for the names in a sentence of the rule set; of equal names the last counts.
using SentenceValues = std::vector<std::pair<std::string_view, std::string>>;

/// `text` with {name} replaced by its value; unknown names stay as they are.
[[nodiscard]] std::string fill(std::string_view text, SentenceValues const& values);

}  // namespace ivig::advice
