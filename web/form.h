#pragma once
// What a browser sends from a form.

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ivig::web {

/// The fields of an application/x-www-form-urlencoded body; of several of one name the last. nullopt when an escape is
/// broken, the text is no UTF-8 without NUL, or there are more than 1000 fields.
[[nodiscard]] std::optional<std::map<std::string, std::string>> read_form(std::string_view body);

/// The field, or empty.
[[nodiscard]] std::string field(std::map<std::string, std::string> const& form, std::string const& name);

/// `text` as a value in a query: everything but letters, digits and "-._~" escaped.
[[nodiscard]] std::string url_escaped(std::string_view text);

}  // namespace ivig::web
