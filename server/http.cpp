#include "server/http.h"

#include "server/text.h"

namespace ivig::server {

std::string_view RequestHead::header(std::string_view name) const {
  for (auto const& [key, value] : headers) {
    if (equal_without_case(key, name)) return value;
  }
  return {};
}

}  // namespace ivig::server
