#include "base/csv.h"

#include <algorithm>
#include <array>

#include "base/printable.h"

namespace ivig::base {
namespace {

/// Spreadsheets also take the full-width forms of these signs, and pass over blanks before them.
bool reads_as_formula(std::string_view text) {
  constexpr std::array<std::string_view, 4> kFullWidth{"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
  if (text.empty()) return false;
  if (std::string_view("\t\r\n").find(text.front()) != std::string_view::npos) return true;
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.empty()) return false;
  return std::string_view("=+-@").find(text.front()) != std::string_view::npos ||
         std::any_of(kFullWidth.begin(), kFullWidth.end(), [&](auto sign) { return text.starts_with(sign); });
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string shown = printable(text, "\t\r\n");
  bool const formula = reads_as_formula(shown);
  if (!formula && shown.find_first_of(",\"\r\n") == std::string::npos) return shown;
  std::string field(formula ? "\"'" : "\"");
  for (char const c : shown) {
    if (c == '"') field += '"';
    field += c;
  }
  return field += '"';
}

}  // namespace ivig::base
