// References and what they lead to.

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

std::string_view without_version(std::string_view literal) {
  std::size_t const at = literal.find("/_history");
  if (at != std::string_view::npos) literal = literal.substr(0, at);
  while (literal.ends_with('/')) literal.remove_suffix(1);
  return literal;
}

bool is_type_name(std::string_view text) {
  if (text.empty() || text.front() < 'A' || text.front() > 'Z') return false;
  for (char const c : text) {
    if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  }
  return true;
}

struct TypeAndId {
  std::string_view type, id;
};

/// The "Type/id" that a relative or absolute literal ends in; empty parts when it does not.
TypeAndId split(std::string_view literal) {
  literal = without_version(literal);
  if (literal.starts_with('#') || literal.starts_with("urn:")) return {};
  std::size_t const slash = literal.rfind('/');
  if (slash == std::string_view::npos) return {};
  std::string_view const before = literal.substr(0, slash);
  std::size_t const previous = before.rfind('/');
  std::string_view const type = previous == std::string_view::npos ? before : before.substr(previous + 1);
  if (!is_type_name(type)) return {};
  return {type, literal.substr(slash + 1)};
}

/// `subject` as {"reference": ..} or, as some clients write it, as the plain literal.
std::string_view literal_of(Json const& reference) {
  return reference.IsString() ? base::as_string(reference) : base::string_member(reference, "reference");
}

}  // namespace

std::string_view last_segment(std::string_view reference_literal) {
  reference_literal = without_version(reference_literal);
  std::size_t const at = reference_literal.find_last_of(reference_literal.starts_with("urn:") ? "/:#" : "/#");
  return at == std::string_view::npos ? reference_literal : reference_literal.substr(at + 1);
}

Reference parse_reference(Json const& reference) {
  Reference result;
  if (reference.IsArray()) {
    for (Json const& item : reference.GetArray()) {
      if (item.IsObject() || item.IsString()) return parse_reference(item);
    }
    return result;
  }
  result.literal = literal_of(reference);
  auto const [type, id] = split(result.literal);
  result.type = type;
  result.id = id;
  if (result.type.empty()) result.type = base::string_member(reference, "type");
  result.display = base::string_member(reference, "display");
  return result;
}

void ResourceIndex::add(Json const& resource, std::string_view full_url) {
  if (!resource.IsObject()) return;
  std::string_view const id = base::string_member(resource, "id");
  if (!id.empty()) {
    by_type_and_id_.add(base::string_member(resource, "resourceType"), id, &resource);
    by_id_.add({}, id, &resource);
  } else if (base::string_member(resource, "resourceType") == "Patient") {
    ++patients_without_id_;
  }
  if (!full_url.empty()) by_full_url_.add({}, full_url, &resource);
}

void ResourceIndex::add_bundle(Json const& bundle) {
  Json const* entries = base::member(bundle, "entry");
  if (entries == nullptr) return;
  auto add_entry = [this](Json const& entry) {
    if (Json const* resource = base::object_member(entry, "resource")) {
      add(*resource, base::string_member(entry, "fullUrl"));
    }
  };
  if (!entries->IsArray()) {
    add_entry(*entries);
    return;
  }
  // Backwards, because `add` keeps what came first.
  for (std::size_t i = entries->Size(); i-- > 0;) add_entry((*entries)[i]);
}

/// `reference`: "#id". DSTU1 wrote the # into the id.
Json const* ResourceIndex::contained_in(Json const& container, std::string_view reference) const {
  constexpr std::size_t kFew = 16;  // are looked through
  std::string_view const id = reference.substr(1);
  Json const* contained = base::member(container, "contained");
  if (contained == nullptr || id.empty()) return nullptr;
  if (!contained->IsArray() || contained->Size() <= kFew) {
    Json const* found = nullptr;
    base::each(container, "contained", [&](Json const& item, std::size_t) {
      std::string_view const item_id = base::string_member(item, "id");
      if (found == nullptr && (item_id == id || item_id == reference)) found = &item;
    });
    return found;
  }
  auto const [known, is_new] = contained_.try_emplace(contained);
  if (is_new) {
    for (Json const& item : contained->GetArray()) {
      std::string_view const item_id = base::string_member(item, "id");
      known->second.add({}, item_id.starts_with('#') ? item_id.substr(1) : item_id, &item);
    }
  }
  return known->second.find({}, id);
}

Json const* ResourceIndex::resolve(std::string_view reference, Json const& container) const {
  if (reference.starts_with('#')) return contained_in(container, reference);
  if (Json const* const found = by_full_url_.find({}, reference)) return found;
  if (Json const* const found = by_full_url_.find({}, without_version(reference))) return found;
  if (reference.starts_with("urn:")) return by_id_.find({}, last_segment(reference));
  auto const [type, id] = split(reference);
  return id.empty() ? nullptr : by_type_and_id_.find(type, id);
}

}  // namespace ivig::fhir
