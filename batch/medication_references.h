#pragma once
// Which Medication resources a line of JSON refers to, found in its text.

#include <string_view>

namespace ivig::batch {

/// Calls f(id) for every "Medication/id" in `text`, relative or at the end of an address; ids may come more than once.
template <class F>
void each_medication_id(std::string_view text, F&& f) {
  constexpr std::string_view kType = "Medication/";
  for (std::size_t at = text.find(kType); at != std::string_view::npos; at = text.find(kType, at)) {
    at += kType.size();
    std::size_t const end = text.find_first_of("\"/#|", at);
    if (end != std::string_view::npos && end > at) f(text.substr(at, end - at));
  }
}

}  // namespace ivig::batch
