#include "batch/ordered_drug.h"

#include <algorithm>
#include <array>
#include <utility>

#include "advice/product.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "fhir/read_resources.h"

namespace ivig::batch {
namespace {

using base::Json;

/// What fhir::read_order reads an order's drug from.
constexpr std::array<std::string_view, 6> kNaming{
    "resourceType", "medicationCodeableConcept", "medicationReference", "medication", "code", "contained"};

/// The literal by which an order names its Medication, or empty.
std::string_view medication_reference(Json const& order) {
  Json const* reference = base::object_member(order, "medicationReference");
  if (reference == nullptr) reference = base::object_member(order, "medication");
  if (reference != nullptr && base::object_member(*reference, "reference") != nullptr) {  // R5 CodeableReference
    reference = base::object_member(*reference, "reference");
  }
  return reference == nullptr ? std::string_view{} : fhir::parse_reference(*reference).literal;
}

/// The order without its other members; of duplicates all, in their order.
void write_naming(std::vector<base::WrittenMember> const& written, std::string& order) {
  order = "{";
  for (auto const& member : written) {
    if (std::find(kNaming.begin(), kNaming.end(), member.name) == kNaming.end()) continue;
    if (order.size() > 1) order += ',';
    order.append("\"").append(member.name).append("\":").append(member.value);
  }
  order += '}';
}

}  // namespace

base::Result<OrderedDrug> OrderedDrugs::read(std::string order) const {
  std::size_t const size = order.size();
  auto body = base::JsonBody::parse(std::move(order), {size, limits_.json_depth});
  if (!body) return tl::unexpected(body.error());
  fhir::ResourceIndex const nothing_known;
  fhir::Chart const empty_chart;
  fhir::Order const read = fhir::read_order((*body)->root(), nothing_known, empty_chart);
  OrderedDrug drug;
  auto const product = advice::recognise_product(knowledge_, read);
  // Without its instructions: the route, which stands there, may make it one.
  bool const may_be = read.dosages.empty() && (product.other_route || product.wrong_route);
  drug.ivig = product.ivig || may_be;
  if (!drug.ivig) {
    auto const literal = medication_reference((*body)->root());
    if (!literal.starts_with('#')) drug.elsewhere = fhir::last_segment(literal);
  }
  return drug;
}

base::Result<OrderedDrug> OrderedDrugs::of_order(std::string_view order,
                                                 std::vector<base::WrittenMember> const* written) {
  if (written == nullptr) return read(std::string(order));
  write_naming(*written, naming_);
  if (auto const known = known_.find(std::string_view(naming_)); known != known_.end()) return known->second;
  auto drug = read(naming_);
  if (!drug || naming_.size() > limits_.drug_bytes / 16) return drug;
  if (known_bytes_ + naming_.size() > limits_.drug_bytes) {
    known_.clear();
    known_bytes_ = 0;
  }
  known_bytes_ += naming_.size();
  known_.emplace(naming_, *drug);
  return drug;
}

base::Result<OrderedDrug> OrderedDrugs::of_medication(std::string_view medication, std::string_view id) const {
  std::string order = R"({"resourceType":"MedicationRequest","medicationReference":{"reference":)";
  base::JsonWriter(order).string("#" + std::string(id));
  return read(order.append("},\"contained\":[").append(medication).append("]}"));
}

}  // namespace ivig::batch
