#include <string>
#include <utility>

#include "base/json_read.h"
#include "fhir/read_elements.h"

namespace ivig::fhir {
namespace {

using base::Json;

/// What a status says about reading the Observation. A missing status is read: drafts of many clients lack it.
enum class Standing { counts, pending, ignored };

Standing standing_of(Json const& resource) {
  Json const* status = base::member(resource, "status");
  if (status == nullptr || !status->IsString()) return Standing::counts;
  std::string_view const code = base::as_string(*status);
  if (same_code(code, "registered")) return Standing::pending;
  for (std::string_view const read : {"final", "amended", "corrected", "preliminary", "unknown"}) {
    if (same_code(code, read)) return Standing::counts;
  }
  return Standing::ignored;
}

std::optional<Quantity> with_value(Json const* quantity) {
  if (quantity == nullptr) return std::nullopt;
  Quantity read = read_quantity(*quantity);
  if (!read.value) return std::nullopt;
  return read;
}

/// A titre 1:n or n:1 without units reads as n; other ratios have no single number.
std::optional<Quantity> read_titre(Json const& ratio) {
  auto const numerator = with_value(base::object_member(ratio, "numerator"));
  auto const denominator = with_value(base::object_member(ratio, "denominator"));
  if (!numerator || !denominator) return std::nullopt;
  for (Quantity const& part : {*numerator, *denominator}) {
    bool const bare = part.unit.empty() && (part.unit_code.empty() || part.unit_code == "1");
    if (!bare) return std::nullopt;
  }
  base::Decimal const one(1, 0);
  if (*denominator->value == one) return numerator;
  if (*numerator->value == one) return denominator;
  return std::nullopt;
}

std::optional<Quantity> read_number(Json const& parent) {
  if (auto read = with_value(base::object_member(parent, "valueQuantity"))) return read;
  for (std::string_view const name : {"valueInteger", "valueDecimal"}) {
    Json const* number = base::member(parent, name);
    if (number == nullptr) continue;
    Quantity quantity;
    quantity.value = base::as_decimal(*number);
    if (quantity.value) return quantity;
  }
  if (Json const* ratio = base::object_member(parent, "valueRatio")) return read_titre(*ratio);
  return std::nullopt;
}

/// Code, value, interpretation and reference range: what an Observation and its components share.
void read_result(Json const& parent, Observation& out) {
  if (Json const* code = base::member(parent, "code")) out.code = read_concept(*code);
  out.interpretations = read_concepts(parent, "interpretation");
  base::each(parent, "referenceRange", [&](Json const& range, std::size_t) {
    if (out.reference_low || out.reference_high) return;
    out.reference_low = with_value(base::object_member(range, "low"));
    out.reference_high = with_value(base::object_member(range, "high"));
  });
  if (Json const* reason = base::member(parent, "dataAbsentReason"); reason && !read_concept(*reason).empty()) return;
  out.quantity = read_number(parent);
  for (std::string_view const name : {"valueCodeableConcept", "valueCoding"}) {
    Json const* value = base::member(parent, name);
    if (value != nullptr && out.value_concept.empty()) out.value_concept = read_concept(*value);
  }
  for (std::string_view const name : {"valueString", "valueDateTime", "valueMarkdown"}) {
    if (out.value_text.empty()) out.value_text = base::string_member(parent, name);
  }
  out.value_boolean = base::bool_member(parent, "valueBoolean");
}

/// When a value was measured: what `effective` says, else when it was issued.
std::string_view effective_text(Json const& resource) {
  for (std::string_view const name : {"effectiveDateTime", "effectiveInstant"}) {
    if (auto const text = base::string_member(resource, name); base::parse_day(text)) return text;
  }
  if (Json const* period = base::object_member(resource, "effectivePeriod")) {
    for (std::string_view const name : {"end", "start"}) {
      if (auto const text = base::string_member(*period, name); base::parse_day(text)) return text;
    }
  }
  auto const issued = base::string_member(resource, "issued");
  return base::parse_day(issued) ? issued : std::string_view();
}

/// A time without an offset is taken as UTC; a date alone as its first moment.
std::optional<base::Instant> moment_of(std::string_view text, std::optional<base::Day> day) {
  if (!day) return std::nullopt;
  if (auto const at = base::parse_instant(text)) return at;
  if (auto const at = base::parse_instant(std::string(text) + "Z")) return at;
  if (auto const at = base::parse_instant(std::string(text) + ":00Z")) return at;
  return base::Instant(*day);
}

}  // namespace

void read_observation(Json const& resource, std::vector<Observation>& out) {
  Standing const standing = standing_of(resource);
  if (standing == Standing::ignored) return;

  Observation whole;
  whole.id = base::string_member(resource, "id");
  whole.pending = standing == Standing::pending;
  std::string_view const effective = effective_text(resource);
  whole.effective = base::parse_day(effective);
  whole.at = moment_of(effective, whole.effective);
  whole.path = path_of(resource);

  std::vector<Observation> components;
  base::each(resource, "component", [&](Json const& item, std::size_t index) {
    if (!item.IsObject()) return;
    Observation component = whole;
    component.path += ".component[";
    component.path += std::to_string(index);
    component.path += ']';
    read_result(item, component);
    components.push_back(std::move(component));
  });

  read_result(resource, whole);
  whole.notes = read_notes(resource);
  out.push_back(std::move(whole));
  for (Observation& component : components) out.push_back(std::move(component));
}

}  // namespace ivig::fhir
