#pragma once
// The query of a request target.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ivig::server {

/// Names and values of "a=1&b=2", percent-decoded, '+' as a blank; a name without '=' has an empty value. nullopt when
/// an escape is broken or stands for a control character.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query);

}  // namespace ivig::server
