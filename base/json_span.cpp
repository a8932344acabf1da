#include "base/json_span.h"

#include <algorithm>

namespace ivig::base {
namespace {

/// Walks a well-formed JSON text without building anything.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// The next value as a view; the scanner stands behind it.
  std::string_view value() {
    skip_blanks();
    std::size_t const from = at_;
    if (peek() == '"') {
      skip_string();
    } else if (peek() == '{' || peek() == '[') {
      skip_nested();
    } else {
      while (at_ < text_.size() && !is_blank(text_[at_]) && std::string_view(",]}:").find(text_[at_]) == text_.npos)
        ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  /// Steps over `c` if it comes next.
  bool take(char c) {
    skip_blanks();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }
  void skip_nested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      char const c = text_[at_];
      if (c == '"') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<std::string_view> element_of(std::string_view text, std::size_t index) {
  Scanner scan(text);
  if (!scan.take('[')) return index == 0 ? std::optional(text) : std::nullopt;
  for (std::size_t i = 0; !scan.done() && !scan.take(']'); ++i) {
    std::string_view const value = scan.value();
    if (i == index) return value;
    scan.take(',');
  }
  return std::nullopt;
}

std::optional<std::string_view> member_of(std::string_view text, std::string_view name) {
  if (!text.empty() && text.front() == '[') {
    auto first = element_of(text, 0);
    return first && !first->empty() && first->front() == '{' ? member_of(*first, name) : std::nullopt;
  }
  Scanner scan(text);
  if (!scan.take('{')) return std::nullopt;
  std::optional<std::string_view> found;
  while (!scan.done() && !scan.take('}')) {
    std::string_view const key = scan.value();
    scan.take(':');
    std::string_view const value = scan.value();
    if (key.size() == name.size() + 2 && key.substr(1, name.size()) == name) found = value;
    scan.take(',');
  }
  return found;
}

}  // namespace

std::optional<std::string_view> json_at(std::string_view text, std::vector<JsonStep> const& path) {
  std::optional<std::string_view> at = Scanner(text).value();
  for (auto const& step : path) {
    auto const* index = std::get_if<std::size_t>(&step);
    at = index != nullptr ? element_of(*at, *index) : member_of(*at, std::get<std::string_view>(step));
    if (!at) return std::nullopt;
  }
  return at;
}

std::vector<std::string_view> json_elements(std::string_view text, std::vector<JsonStep> const& path) {
  std::vector<std::string_view> elements;
  auto const array = json_at(text, path);
  if (!array) return elements;
  Scanner scan(*array);
  if (!scan.take('[')) return {*array};
  while (!scan.done() && !scan.take(']')) {
    elements.push_back(scan.value());
    scan.take(',');
  }
  return elements;
}

std::string spliced(std::string_view text, std::vector<JsonChange> changes) {
  std::sort(changes.begin(), changes.end(),
            [](auto const& a, auto const& b) { return a.value.data() < b.value.data(); });
  std::string out;
  std::size_t from = 0;
  for (auto const& change : changes) {
    auto const at = static_cast<std::size_t>(change.value.data() - text.data());
    out.append(text.substr(from, at - from)).append(change.replacement);
    from = at + change.value.size();
  }
  return out.append(text.substr(from));
}

}  // namespace ivig::base
