// Which drug a resource is about: a code, or a reference to a Medication contained, sent along, or nowhere to be had.

#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

// Each costs a search of contained resources; no drug has as many.
constexpr std::size_t kMostIngredients = 101;

/// The code of the resource that `reference` leads to, else its display.
Concept referred_concept(Json const& reference, ResourceIndex const& index, Json const& container) {
  Reference const parsed = parse_reference(reference);
  Concept result;
  if (Json const* found = index.resolve(parsed.literal, container)) {
    if (Json const* code = base::member(*found, "code")) result = read_concept(*code);
  }
  if (result.text.empty()) result.text = parsed.display;
  return result;
}

/// One ingredient: itemCodeableConcept, itemReference, or `item` as Reference (DSTU2) or CodeableReference (R5).
Concept read_ingredient(Json const& ingredient, ResourceIndex const& index, Json const& medication,
                        Json const& container) {
  Concept result;
  auto refer = [&](Json const& reference) {
    // "#x" is an id in the outermost resource, which is the order when the Medication itself is contained.
    merge(result, referred_concept(reference, index, container));
    if (result.codings.empty()) merge(result, referred_concept(reference, index, medication));
  };
  if (Json const* code = base::member(ingredient, "itemCodeableConcept")) merge(result, read_concept(*code));
  if (Json const* reference = base::member(ingredient, "itemReference")) refer(*reference);
  if (Json const* item = base::member(ingredient, "item")) {
    Json const* inner = base::member(*item, "reference");
    merge(result, inner != nullptr && inner->IsString() ? Concept() : read_concept(*item));
    if (inner != nullptr) refer(inner->IsObject() ? *inner : *item);
  }
  return result;
}

void read_medication(Json const& medication, ResourceIndex const& index, Json const& container, bool name_only,
                     Drug& drug) {
  if (Json const* code = base::member(medication, "code")) merge(drug.what, read_concept(*code));
  if (name_only) return;
  auto add_from = [&](Json const& parent) {
    each_first(parent, "ingredient", kMostIngredients, [&](Json const& item, std::size_t) {
      Concept ingredient = read_ingredient(item, index, medication, container);
      if (!ingredient.empty()) drug.ingredients.push_back(std::move(ingredient));
    });
  };
  add_from(medication);
  if (Json const* product = base::object_member(medication, "product")) add_from(*product);  // DSTU2
}

void read_reference(Json const& reference, Json const& resource, ResourceIndex const& index, bool name_only,
                    Drug& drug) {
  Reference const parsed = parse_reference(reference);
  Json const* medication = index.resolve(parsed.literal, resource);
  if (medication != nullptr) {
    read_medication(*medication, index, resource, name_only, drug);
  } else if (Json const* identifier = base::object_member(reference, "identifier")) {
    Coding const coding{.system = base::string_member(*identifier, "system"),
                        .code = base::string_member(*identifier, "value"),
                        .display = parsed.display};
    if (drug.what.codings.empty()) drug.unresolved = true;
    if (!coding.code.empty()) drug.what.codings.push_back(coding);
  } else if (drug.what.codings.empty() && (!parsed.literal.empty() || !parsed.display.empty())) {
    drug.unresolved = true;
  }
  if (drug.what.text.empty()) drug.what.text = parsed.display;
}

Drug read(Json const& resource, ResourceIndex const& index, bool name_only) {
  Drug drug;
  if (Json const* code = base::member(resource, "medicationCodeableConcept")) merge(drug.what, read_concept(*code));

  // R5: {"concept": .., "reference": {"reference": ..}}; some clients put a Reference or a CodeableConcept there.
  Json const* medication = base::object_member(resource, "medication");
  Json const* inner = medication == nullptr ? nullptr : base::member(*medication, "reference");
  bool const bare_reference = inner != nullptr && inner->IsString();
  if (medication != nullptr && !bare_reference) merge(drug.what, read_concept(*medication));
  if (medication != nullptr && inner != nullptr) {
    read_reference(bare_reference ? *medication : *inner, resource, index, name_only, drug);
  }

  if (Json const* reference = base::member(resource, "medicationReference")) {
    Json const* first = base::object_member(resource, "medicationReference");
    read_reference(first != nullptr ? *first : *reference, resource, index, name_only, drug);
  }
  return drug;
}

}  // namespace

Drug read_drug(Json const& resource, ResourceIndex const& index) { return read(resource, index, false); }

Concept read_drug_name(Json const& resource, ResourceIndex const& index) { return read(resource, index, true).what; }

}  // namespace ivig::fhir
