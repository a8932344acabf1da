// Whose a resource is: identity is checked where data are used, not only where they are asked for.

#include <optional>
#include <string>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

// A resource has one patient, and a patient a handful of identifiers. Of more only the first are compared: the work
// for one reference stays bounded whatever is sent.
constexpr std::size_t kMostSubjects = 4;
constexpr std::size_t kMostIdentifiers = 50;

struct Identifier {
  std::string_view system, value;
};

std::optional<Identifier> read_identifier(Json const& json) {
  if (!json.IsObject()) return std::nullopt;
  Identifier const identifier{base::string_member(json, "system"), base::string_member(json, "value")};
  if (identifier.value.empty()) return std::nullopt;
  return identifier;
}

/// One call's question: who a reference names.
class Naming {
 public:
  Naming(Json const& resource, std::string_view patient_id, ResourceIndex const& index)
      : resource_(resource), patient_id_(last_segment(patient_id)), index_(index) {}

  [[nodiscard]] Owner by(Json const& reference) const {
    if (reference.IsNull()) return Owner::unsaid;
    Reference const parsed = parse_reference(reference);
    if (parsed.literal.empty()) {
      Json const* identifier = base::object_member(reference, "identifier");
      return identifier == nullptr ? Owner::unsaid : by_identifiers(*identifier);
    }
    if (parsed.literal.starts_with('#')) return by_contained(parsed.literal);
    bool const may_be_patient = parsed.id.empty() || parsed.type == "Patient";
    if (may_be_patient && last_segment(parsed.literal) == patient_id_) return Owner::this_patient;
    Json const* found = index_.resolve(parsed.literal, resource_);
    return found == nullptr ? Owner::another : by_resource(*found);
  }

 private:
  [[nodiscard]] Owner by_resource(Json const& found) const {
    if (base::string_member(found, "resourceType") != "Patient") return Owner::another;
    std::string_view const id = base::string_member(found, "id");
    if (!(id.empty() ? index_.is_patient_without_id(found) : id == patient_id_)) return Owner::another;
    Json const* identifiers = id.empty() ? base::member(found, "identifier") : nullptr;
    bool const denied = identifiers != nullptr && by_identifiers(*identifiers) == Owner::another;
    return denied ? Owner::another : Owner::this_patient;
  }

  /// A contained patient has no id outside its resource; its identifiers may tell.
  [[nodiscard]] Owner by_contained(std::string_view literal) const {
    Json const* found = index_.resolve(literal, resource_);
    if (found == nullptr) return Owner::unsaid;
    if (base::string_member(*found, "resourceType") != "Patient") return Owner::another;
    Json const* identifiers = base::member(*found, "identifier");
    return identifiers == nullptr ? Owner::unsaid : by_identifiers(*identifiers);
  }

  /// What one identifier, or several, say beside those of the patient's own resource.
  [[nodiscard]] Owner by_identifiers(Json const& value) const {
    Json const* patient = index_.resolve("Patient/" + std::string(patient_id_), resource_);
    if (patient == nullptr) return Owner::unsaid;
    if (!value.IsArray()) return by_identifier(value, *patient);
    Owner owner = Owner::unsaid;
    for (std::size_t i = 0; i < value.Size() && i < kMostSubjects; ++i) {
      Owner const next = by_identifier(value[i], *patient);
      if (next == Owner::this_patient) return next;
      if (next == Owner::another) owner = next;
    }
    return owner;
  }

  /// The same system with other values only is another patient; without a common system nothing is said.
  [[nodiscard]] static Owner by_identifier(Json const& json, Json const& patient) {
    auto const wanted = read_identifier(json);
    Owner owner = Owner::unsaid;
    if (!wanted) return owner;
    Json const* known = base::member(patient, "identifier");
    if (known == nullptr) return owner;
    auto const compare = [&](Json const& item) {
      auto const identifier = read_identifier(item);
      if (!identifier || identifier->system != wanted->system || owner == Owner::this_patient) return;
      owner = identifier->value == wanted->value ? Owner::this_patient : Owner::another;
    };
    if (!known->IsArray()) {
      compare(*known);
    } else {
      if (known->Size() > kMostIdentifiers) return owner;
      for (std::size_t i = 0; i < known->Size(); ++i) compare((*known)[i]);
    }
    return owner;
  }

  Json const& resource_;
  std::string_view patient_id_;
  ResourceIndex const& index_;
};

/// "Patient/p1" beside "p1", as nearly always.
bool names_plainly(Json const& reference, std::string_view patient_id) {
  constexpr std::string_view kPatient = "Patient/";
  if (!reference.IsObject()) return false;
  std::string_view const literal = base::string_member(reference, "reference");
  return literal.size() == kPatient.size() + patient_id.size() && literal.starts_with(kPatient) &&
         literal.ends_with(patient_id);
}

}  // namespace

Json const* patient_member(Json const& resource) {
  for (std::string_view const name : {"subject", "patient"}) {
    Json const* found = base::member(resource, name);
    if (found != nullptr && (found->IsObject() || found->IsString() || found->IsArray())) return found;
  }
  return nullptr;
}

Owner owner_of(Json const& resource, std::string_view patient_id, ResourceIndex const& index) {
  Owner owner = Owner::unsaid;
  if (patient_id.empty()) return owner;
  auto const add = [&owner](Owner next) {
    if (next != Owner::unsaid && owner != Owner::another) owner = next;
  };
  Naming const naming(resource, patient_id, index);
  for (Json const* named :
       {base::member(resource, "subject"), base::member(resource, "patient"), base::member(resource, "beneficiary")}) {
    if (named == nullptr) continue;
    if (names_plainly(*named, patient_id)) {
      add(Owner::this_patient);
    } else if (!named->IsArray()) {
      add(naming.by(*named));
    } else {
      if (named->Size() > kMostSubjects) return Owner::another;
      for (std::size_t i = 0; i < named->Size(); ++i) add(naming.by((*named)[i]));
    }
  }
  return owner;
}

bool belongs_to(Json const& resource, std::string_view patient_id) {
  return belongs_to(resource, patient_id, ResourceIndex());
}

}  // namespace ivig::fhir
