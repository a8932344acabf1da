#include "fhir/search_link.h"

#include <charconv>
#include <string>

#include "fhir/read_resources.h"

namespace ivig::fhir {
namespace {

/// `text` without percent-encoding; what is no encoding stays as it is.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    char const* const digits = text.data() + i + 1;
    bool const encoded = text[i] == '%' && i + 2 < text.size() && text[i + 1] != '-' &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += encoded ? static_cast<char>(byte) : text[i];
    if (encoded) i += 2;
  }
  return out;
}

/// The part before `end`, which is removed with it.
std::string_view take_until(std::string_view& text, char end) {
  std::string_view const part = text.substr(0, text.find(end));
  text.remove_prefix(part.size() == text.size() ? part.size() : part.size() + 1);
  return part;
}

bool lists(std::string_view values, std::string_view patient_id) {
  while (!values.empty()) {
    if (last_segment(take_until(values, ',')) == last_segment(patient_id)) return true;
  }
  return false;
}

}  // namespace

bool searches_for_another(std::string_view url, std::string_view patient_id) {
  if (patient_id.empty()) return false;
  url = url.substr(0, url.find('#'));
  take_until(url, '?');
  while (!url.empty()) {
    std::string_view parameter = take_until(url, '&');
    std::string const name = decoded(take_until(parameter, '='));
    bool const is_patient =
        name == "patient" || name == "subject" || name == "patient:Patient" || name == "subject:Patient";
    if (is_patient && !parameter.empty() && !lists(decoded(parameter), patient_id)) return true;
  }
  return false;
}

}  // namespace ivig::fhir
