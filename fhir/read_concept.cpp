// Data types: CodeableConcept, CodeableReference, Quantity, Annotation, dates.

#include <algorithm>
#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

Coding read_coding(Json const& coding) {
  return {.system = base::string_member(coding, "system"),
          .code = base::string_member(coding, "code"),
          .display = base::string_member(coding, "display")};
}

bool is_ucum(std::string_view system) {
  for (std::string_view const name : {"http://unitsofmeasure.org", "https://unitsofmeasure.org",
                                      "http://unitsofmeasure.org/", "urn:oid:2.16.840.1.113883.6.8"}) {
    if (system == name) return true;
  }
  return false;
}

}  // namespace

bool same_code(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Concept read_concept(Json const& value) {
  Concept result;
  if (value.IsString()) {
    result.text = base::as_string(value);
    return result;
  }
  if (value.IsArray()) {
    for (Json const& item : value.GetArray()) {
      result = read_concept(item);
      if (!result.empty()) break;
    }
    return result;
  }
  if (!value.IsObject()) return result;

  // R5 CodeableReference.
  if (Json const* inner = base::object_member(value, "concept")) result = read_concept(*inner);

  auto add = [&](Json const& item, std::size_t) {
    Coding const coding = read_coding(item);
    if (!coding.code.empty() || !coding.display.empty()) result.codings.push_back(coding);
  };
  each_first(value, "coding", kMostItems, add);
  if (std::string_view const text = base::string_member(value, "text"); !text.empty()) result.text = text;
  if (base::member(value, "coding") == nullptr) {  // a bare Coding, or a Reference with its display
    if (!base::string_member(value, "code").empty()) add(value, 0);
    if (result.empty()) result.text = base::string_member(value, "display");
  }
  if (result.empty()) {
    if (Json const* reference = base::object_member(value, "reference")) {
      result.text = base::string_member(*reference, "display");
    }
  }
  return result;
}

std::vector<Concept> read_concepts(Json const& parent, std::string_view name) {
  std::vector<Concept> concepts;
  each_first(parent, name, kMostItems, [&](Json const& item, std::size_t) {
    Concept read = read_concept(item);
    if (!read.empty()) concepts.push_back(std::move(read));
  });
  return concepts;
}

void merge(Concept& whole, Concept const& more) {
  whole.codings.insert(whole.codings.end(), more.codings.begin(), more.codings.end());
  if (whole.text.empty()) whole.text = more.text;
}

std::string_view concept_name(Concept const& concept_value) {
  if (!concept_value.text.empty()) return concept_value.text;
  for (Coding const& coding : concept_value.codings) {
    if (!coding.display.empty()) return coding.display;
  }
  return concept_value.codings.empty() ? std::string_view() : concept_value.codings.front().code;
}

std::string_view known_code(Json const& parent, std::string_view name, std::initializer_list<std::string_view> known) {
  auto find = [&](std::string_view code) {
    auto const found = std::find_if(known.begin(), known.end(), [&](auto other) { return same_code(code, other); });
    return found == known.end() ? std::string_view() : *found;
  };
  for (Concept const& concept_value : read_concepts(parent, name)) {
    for (Coding const& coding : concept_value.codings) {
      if (std::string_view const code = find(coding.code); !code.empty()) return code;
    }
    if (std::string_view const code = find(concept_value.text); !code.empty()) return code;
  }
  return {};
}

Quantity read_quantity(Json const& quantity) {
  Quantity result;
  if (Json const* value = base::member(quantity, "value")) result.value = base::as_decimal(*value);
  result.comparator = base::string_member(quantity, "comparator");
  if (result.comparator == "=" || result.comparator == "==")
    result.comparator = {};  // no code of FHIR's; means nothing else
  result.unit = base::string_member(quantity, "unit");
  std::string_view const code = base::string_member(quantity, "code");
  if (is_ucum(base::string_member(quantity, "system"))) {
    result.unit_code = code;
  } else if (result.unit.empty()) {
    result.unit = code;
  }
  return result;
}

std::vector<std::string_view> read_notes(Json const& resource) {
  std::vector<std::string_view> notes;
  for (std::string_view const name : {"note", "notes", "comment", "comments"}) {
    base::each(resource, name, [&](Json const& item, std::size_t) {
      std::string_view const text = item.IsString() ? base::as_string(item) : base::string_member(item, "text");
      if (!text.empty()) notes.push_back(text);
    });
  }
  return notes;
}

std::optional<base::Day> first_day(Json const& parent, std::initializer_list<std::string_view> names) {
  for (std::string_view const name : names) {
    if (auto const day = base::parse_day(base::string_member(parent, name))) return day;
  }
  return std::nullopt;
}

std::string path_of(Json const& resource) {
  std::string path(base::string_member(resource, "resourceType").substr(0, kLongestId));
  if (std::string_view const id = base::string_member(resource, "id"); !id.empty()) {
    path += '/';
    path += id.substr(0, kLongestId);
  }
  return path;
}

}  // namespace ivig::fhir
