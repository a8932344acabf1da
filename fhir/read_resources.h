#pragma once
// From FHIR JSON resources to the chart. Tolerant element by element; R4 first, neighbouring versions' spellings
// (STU3, DSTU2, R5) read where they do not collide. Knows nothing of IVIG and nothing of rules.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json_body.h"
#include "fhir/chart.h"
#include "fhir/read_limits.h"
#include "fhir/resource_table.h"

namespace ivig::fhir {

/// Where resources may be looked up by reference: entries of the draft Bundle first, then prefetch. REQ CTX-08, PREF-13
class ResourceIndex {
 public:
  /// Adds one resource with its Bundle fullUrl (may be empty). The first resource of a Type/id wins, so add the draft
  /// orders' Bundle before prefetch; within one Bundle, `add_bundle` lets the last entry of a Type/id win. REQ CTX-14
  void add(base::Json const& resource, std::string_view full_url);
  void add_bundle(base::Json const& bundle);
  /// Resolves "Type/id", absolute URLs ending in it, "urn:uuid:..", fullUrls; "#id" inside `container`.
  /// nullptr when nothing is found.
  [[nodiscard]] base::Json const* resolve(std::string_view reference, base::Json const& container) const;

  /// Names the Patient that the case is about, where it is known by its place and not by an id.
  void set_patient(base::Json const* patient) { patient_ = patient; }
  /// Whether a Patient without an id can be the patient of the case: it is the one that was named, or, when none was,
  /// the only one without an id.
  [[nodiscard]] bool is_patient_without_id(base::Json const& patient) const {
    return patient_ != nullptr ? &patient == patient_ : patients_without_id_ < 2;
  }

 private:
  [[nodiscard]] base::Json const* contained_in(base::Json const& container, std::string_view reference) const;

  ResourceTable by_type_and_id_;
  ResourceTable by_id_;  // of any type, for "urn:uuid:" without fullUrls
  ResourceTable by_full_url_;
  /// Ids of what large containers hold, by container: built when something in one is first looked for. An index is used
  /// by one thread.
  mutable std::unordered_map<base::Json const*, ResourceTable> contained_;
  base::Json const* patient_ = nullptr;
  unsigned patients_without_id_ = 0;
};

[[nodiscard]] Concept read_concept(base::Json const& codeable_concept);
[[nodiscard]] Reference parse_reference(base::Json const& reference);
[[nodiscard]] Quantity read_quantity(base::Json const& quantity);
/// The last path segment of a reference literal: what ids are compared by. REQ REQ-12
[[nodiscard]] std::string_view last_segment(std::string_view reference_literal);

/// True when the resource's subject/patient is absent or names `patient_id` (any host). REQ REQ-12, PREF-14
[[nodiscard]] bool belongs_to(base::Json const& resource, std::string_view patient_id);

/// Adds one resource of any type to the chart; types the chart does not hold are ignored, so are resources of
/// another patient (when `patient_id` is not empty) and entered-in-error ones. Medication references of treatments
/// are resolved through `index`. Of the limits only those on answers are kept here: what exceeds them marks the answers
/// as failed, because only part of them was read.
void read_into_chart(base::Json const& resource, std::string_view patient_id, ResourceIndex const& index, Chart& chart,
                     ReadLimits const& limits = {});

/// True for the resource types that can be an order to check.
[[nodiscard]] bool is_order_type(std::string_view resource_type);

/// Reads one order of the chart's patient, or of another, which is noted. Reason Conditions are looked up in `chart`
/// (by id) and, when not there, through `index` (their code becomes the reason's concept). Call after the chart is
/// complete: Order::Reason keeps pointers into chart.conditions.
[[nodiscard]] Order read_order(base::Json const& resource, ResourceIndex const& index, Chart const& chart);

/// As read_order, but for the reasons: what can be said of an order before there is a chart. With an empty `patient_id`
/// no order is another patient's.
[[nodiscard]] Order read_order_alone(base::Json const& resource, ResourceIndex const& index,
                                     std::string_view patient_id);
/// Reads the reasons of an order that was read alone.
void add_reasons(Order& order, ResourceIndex const& index, Chart const& chart);

}  // namespace ivig::fhir
