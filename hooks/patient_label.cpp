#include "hooks/patient_label.h"

#include "base/json_read.h"

namespace ivig::hooks {
namespace {

using base::Json;
using base::string_member;

bool is_patient(Json const& resource) { return string_member(resource, "resourceType") == "Patient"; }

/// The first Patient of a Bundle, or the resource itself.
Json const* patient_in(Json const& resource) {
  if (is_patient(resource)) return &resource;
  Json const* found = nullptr;
  base::each(resource, "entry", [&](Json const& entry, std::size_t) {
    Json const* inner = base::object_member(entry, "resource");
    if (found == nullptr && inner != nullptr && is_patient(*inner)) found = inner;
  });
  return found;
}

Json const* find_patient(Json const& root) {
  if (Json const* found = patient_in(root)) return found;
  Json const* prefetch = base::object_member(root, "prefetch");
  if (prefetch == nullptr) return nullptr;
  for (auto const& member : prefetch->GetObject()) {
    if (Json const* found = member.value.IsObject() ? patient_in(member.value) : nullptr) return found;
  }
  return nullptr;
}

std::string name_of(Json const& patient) {
  Json const* name = base::object_member(patient, "name");
  if (name == nullptr) return {};
  if (auto text = string_member(*name, "text"); !text.empty()) return std::string(text);
  std::string words;
  base::each(*name, "given", [&](Json const& given, std::size_t) {
    words.append(words.empty() ? "" : " ").append(base::as_string(given));
  });
  base::each(*name, "family", [&](Json const& family, std::size_t) {
    words.append(words.empty() ? "" : " ").append(base::as_string(family));
  });
  return words;
}

}  // namespace

std::string patient_label(Json const& root) {
  Json const* patient = root.IsObject() ? find_patient(root) : nullptr;
  if (patient == nullptr) return {};
  std::string label = name_of(*patient);
  auto const born = string_member(*patient, "birthDate");
  if (!label.empty() && !born.empty()) label.append(", born ").append(born);
  return label;
}

}  // namespace ivig::hooks
