#include "fhir/missing_references.h"

#include <string_view>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

/// A reference as it is, or the one inside an R5 CodeableReference.
Json const& reference_in(Json const& value) {
  Json const* inner = base::member(value, "reference");
  return inner != nullptr && inner->IsObject() ? *inner : value;
}

void add_if_missing(Json const& value, std::string_view type, Json const& container, ResourceIndex const& index,
                    std::vector<Reference>& missing) {
  Reference const reference = parse_reference(reference_in(value));
  // Without both parts it is a contained resource, a urn or a mere display: nothing that a server could be asked for.
  if (reference.type != type || reference.id.empty()) return;
  if (index.resolve(reference.literal, container) == nullptr) missing.push_back(reference);
}

}  // namespace

void add_missing_medications(Json const& resource, ResourceIndex const& index, std::vector<Reference>& missing) {
  if (!read_drug_name(resource, index).codings.empty()) return;
  for (std::string_view const name : {"medicationReference", "medication"}) {
    if (Json const* value = base::object_member(resource, name)) {
      add_if_missing(*value, "Medication", resource, index, missing);
    }
  }
}

void add_missing_reasons(Json const& resource, ResourceIndex const& index, std::vector<Reference>& missing) {
  for (std::string_view const name : {"reasonReference", "reason"}) {
    base::each(resource, name, [&](Json const& value, std::size_t i) {
      constexpr std::size_t kMost = 20;
      if (i < kMost && value.IsObject()) add_if_missing(value, "Condition", resource, index, missing);
    });
  }
}

}  // namespace ivig::fhir
