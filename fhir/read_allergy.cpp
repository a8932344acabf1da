#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

std::string_view criticality(Json const& resource) {
  std::string_view const code =
      known_code(resource, "criticality", {"low", "high", "unable-to-assess", "CRITL", "CRITH", "CRITU"});
  if (code == "CRITL") return "low";  // DSTU2
  if (code == "CRITH") return "high";
  return code == "CRITU" ? "unable-to-assess" : code;
}

Concept member_concept(Json const& parent, std::string_view name) {
  Json const* found = base::member(parent, name);
  return found == nullptr ? Concept() : read_concept(*found);
}

}  // namespace

std::optional<Allergy> read_allergy(Json const& resource) {
  // DSTU2 says both verification and clinical status in `status`.
  for (std::string_view const name : {"verificationStatus", "status"}) {
    if (!known_code(resource, name, {"refuted", "entered-in-error"}).empty()) return std::nullopt;
  }
  Allergy allergy;
  for (std::string_view const name : {"clinicalStatus", "status"}) {
    if (!known_code(resource, name, {"resolved", "inactive"}).empty()) allergy.resolved = true;
  }
  allergy.id = base::string_member(resource, "id");
  allergy.code = member_concept(resource, "code");
  if (allergy.code.empty()) allergy.code = member_concept(resource, "substance");
  allergy.criticality = criticality(resource);
  allergy.type = known_code(resource, "type", {"allergy", "intolerance"});
  base::each(resource, "reaction", [&](Json const& item, std::size_t) {
    if (!item.IsObject()) return;
    Allergy::Reaction reaction;
    reaction.manifestations = read_concepts(item, "manifestation");
    reaction.severity = known_code(item, "severity", {"mild", "moderate", "severe"});
    reaction.substance = member_concept(item, "substance");
    reaction.description = base::string_member(item, "description");
    allergy.reactions.push_back(std::move(reaction));
  });
  allergy.notes = read_notes(resource);
  allergy.path = path_of(resource);
  return allergy;
}

}  // namespace ivig::fhir
