#include "app/day_option.h"

#include <string_view>

namespace ivig::app {

base::Result<std::optional<base::Day>> read_day_option(std::string const& date) {
  constexpr std::string_view kForm = "2026-01-31";
  if (date.empty()) return std::nullopt;
  auto const day = base::parse_day(date);
  if (day && date.size() == kForm.size()) return day;
  return base::fail(base::Errc::invalid_value, "--date",
                    "must be a day of the calendar, such as " + std::string(kForm));
}

}  // namespace ivig::app
